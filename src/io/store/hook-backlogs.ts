import type { Micros } from '../../domain/time.ts'
import { dataVersionOf } from './data-version.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

export interface HookBacklog {
  readonly pending: number
  readonly dead: number
  /** Due time of the longest due one. */
  readonly oldest: Micros | null
}

/** What waits for each hook. Counted again only when it may have changed: who looks every second at a long queue costs nothing. */
export class HookBacklogs {
  readonly #count
  readonly #dataVersion: () => number
  #counted: ReadonlyMap<string, HookBacklog> | undefined
  #version = 0

  constructor(database: SqliteDatabase) {
    this.#count = database.prepare<[], { hook: string; state: string; count: number; oldest: number | null }>(
      `SELECT hook, state, count(*) AS count, min(due) AS oldest FROM outbox WHERE state IN ('pending', 'dead') GROUP BY state, hook`,
    )
    this.#dataVersion = dataVersionOf(database)
  }

  /** Call after each change of the outbox; others' changes are noticed. */
  changed(): void {
    this.#counted = undefined
  }

  all(): ReadonlyMap<string, HookBacklog> {
    const version = this.#dataVersion()
    if (this.#counted === undefined || version !== this.#version) this.#counted = this.#countAll()
    this.#version = version
    return this.#counted
  }

  #countAll(): Map<string, HookBacklog> {
    const backlogs = new Map<string, HookBacklog>()
    for (const { hook, state, count, oldest } of this.#count.all()) {
      const known = backlogs.get(hook) ?? { pending: 0, dead: 0, oldest: null }
      backlogs.set(hook, state === 'pending' ? { ...known, pending: count, oldest } : { ...known, dead: count })
    }
    return backlogs
  }
}
