import { deserialize, serialize } from 'node:v8'
import type { OnProblem } from '../../domain/problem.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** `state`: of the pipeline's stages, by station. `position`: how far each server or file was read. */
export type CheckpointKind = 'state' | 'position'

/** What a restart brings back: plain data (numbers, strings, bigints, typed arrays, arrays, objects, maps) by key. */
export class CheckpointTable {
  readonly #upsert
  readonly #delete
  readonly #select
  readonly #onProblem: OnProblem

  constructor(database: SqliteDatabase, onProblem: OnProblem) {
    this.#onProblem = onProblem
    this.#upsert = database.prepare<[string, string, Uint8Array]>(
      'INSERT OR REPLACE INTO checkpoints (kind, key, value) VALUES (?, ?, ?)',
    )
    this.#delete = database.prepare<[string, string]>('DELETE FROM checkpoints WHERE kind = ? AND key = ?')
    this.#select = database.prepare<[string], { key: string; value: Buffer }>('SELECT key, value FROM checkpoints WHERE kind = ?')
  }

  /** A value of undefined removes the key. */
  put(kind: CheckpointKind, entries: ReadonlyMap<string, unknown>): void {
    for (const [key, value] of entries) {
      if (value === undefined) this.#delete.run(kind, key)
      else this.#upsert.run(kind, key, serialize(value))
    }
  }

  /** One that this Node cannot read (a newer one wrote it) is left out and told as a problem: its station starts afresh. */
  all(kind: CheckpointKind): Map<string, unknown> {
    const entries = new Map<string, unknown>()
    for (const { key, value } of this.#select.all(kind)) {
      try {
        entries.set(key, deserialize(value))
      } catch (error) {
        const message = `checkpoint of ${key}: expected data this Node can read, got ${(error as Error).message}; starting afresh`
        this.#onProblem({ code: 'checkpoint-unreadable', message, where: kind })
      }
    }
    return entries
  }
}
