import type { RemoteAlert } from '../../contract/remote.ts'
import { parseIsoMicros } from '../../domain/time.ts'
import type { Transact } from './outbox.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** More are forgotten, the oldest first. */
const MOST_KEPT = 100_000

/** What other monitors have told this one: each alert of each of them once. */
export class RemoteLog {
  readonly #transact: Transact
  readonly #add
  readonly #newest
  readonly #forget

  constructor(database: SqliteDatabase, transact: Transact) {
    this.#transact = transact
    this.#add = database.prepare<[string, string, number, string]>(
      'INSERT OR IGNORE INTO remote_alerts (source, key, received, json) VALUES (?, ?, ?, ?)',
    )
    this.#newest = database.prepare<[number], string>('SELECT json FROM remote_alerts ORDER BY number DESC LIMIT ?').pluck()
    this.#forget = database.prepare<[number]>(
      'DELETE FROM remote_alerts WHERE number <= (SELECT max(number) FROM remote_alerts) - ?',
    )
  }

  /**
   * On disk when it returns: whoever sent it may forget it.
   *
   * @returns false when it is there already
   * @throws {StoreError}
   */
  add(remote: RemoteAlert): boolean {
    const { source, receivedAt, alert } = remote
    return this.#transact('remote', () => {
      const { changes } = this.#add.run(source, alert.key, parseIsoMicros(receivedAt) ?? 0, JSON.stringify(remote))
      if (changes > 0) this.#forget.run(MOST_KEPT)
      return changes > 0
    })
  }

  newest(limit: number): RemoteAlert[] {
    return this.#newest.all(limit).map((json) => JSON.parse(json) as RemoteAlert)
  }
}
