import type { Drill } from '../../contract/drill.ts'
import type { AlertOccasion } from '../../domain/alert.ts'
import { DrillTable } from './drill-table.ts'
import type { Outbox, OutboxTransactions } from './outbox.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** The drills of one store. */
export class DrillLog {
  readonly #table: DrillTable
  readonly #outbox: Outbox
  readonly #transactions: OutboxTransactions

  constructor(database: SqliteDatabase, transactions: OutboxTransactions, outbox: Outbox) {
    this.#table = new DrillTable(database)
    this.#transactions = transactions
    this.#outbox = outbox
  }

  /**
   * Stores a drill together with what hooks will be told of it, as a detection is.
   *
   * @throws {StoreError} nothing was stored
   */
  commit(drill: Drill, occasion: AlertOccasion, hooks: readonly string[]): void {
    this.#transactions.safely('drill', () => {
      this.#table.put(drill)
      this.#outbox.addDrill(occasion, hooks)
    })
  }

  /** @throws {StoreError} */
  put(drill: Drill): void {
    this.#transactions.safely('drill', () => this.#table.put(drill))
  }

  find(id: string): Drill | undefined {
    return this.#table.find(id)
  }

  /** Newest first. */
  newest(limit: number): Drill[] {
    return this.#table.newest(limit)
  }
}
