import type { DurableMessage } from '../../contract/feed.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** Everything that was published with a number of its own, for those who come back with `since`. */
export class MessageLog {
  readonly #add
  readonly #since
  readonly #selectNewest
  #newestSeq: number

  constructor(database: SqliteDatabase) {
    this.#add = database.prepare<[number, string]>('INSERT INTO messages (seq, json) VALUES (?, ?)')
    this.#since = database
      .prepare<[number, number], string>('SELECT json FROM messages WHERE seq > ? ORDER BY seq LIMIT ?')
      .pluck()
    this.#selectNewest = database.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM messages').pluck()
    this.#newestSeq = this.#selectNewest.get() as number
  }

  get newestSeq(): number {
    return this.#newestSeq
  }

  get nextSeq(): number {
    return this.#newestSeq + 1
  }

  /** The message carries `nextSeq`. */
  add(message: DurableMessage): void {
    this.#add.run(message.seq, JSON.stringify(message))
    this.#newestSeq = message.seq
  }

  since(seq: number, limit: number): DurableMessage[] {
    return this.#since.all(seq, limit).map((json) => JSON.parse(json) as DurableMessage)
  }

  /** After a rollback: the numbers given in it are free again. */
  forget(): void {
    this.#newestSeq = this.#selectNewest.get() as number
  }
}
