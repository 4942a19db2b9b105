import type { DurableMessage } from '../../contract/feed.ts'
import type { AlertOccasion } from '../../domain/alert.ts'
import type { Micros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** A message of the feed that nobody has made alerts of yet. */
export interface WaitingMessage {
  readonly number: number
  /** When it was stored. */
  readonly time: Micros
  readonly message: DurableMessage
}

/** Messages that wait to be planned. */
export interface Unplanned {
  readonly count: number
  /** When the first of them was stored. */
  readonly oldest: Micros | null
}

/**
 * What happened, once, however many hooks are told. For a message of the feed the transaction that stores it writes one small row here,
 * which only names it; what it means and to whom is written later, beside the pipeline.
 */
export class OccasionTable {
  readonly #note
  readonly #waiting
  readonly #plan
  readonly #drop
  readonly #add
  readonly #find
  readonly #prune
  readonly #count
  #unplanned: Unplanned | undefined

  constructor(database: SqliteDatabase) {
    this.#note = database.prepare<[number, number]>('INSERT INTO occasions (seq, time) VALUES (?, ?)')
    this.#waiting = database.prepare<[number], { number: number; time: number; json: string }>(
      `SELECT number, time, messages.json FROM occasions JOIN messages USING (seq)
       WHERE occasions.json IS NULL ORDER BY number LIMIT ?`,
    )
    this.#plan = database.prepare<[string, string, number]>('UPDATE occasions SET kind = ?, json = ? WHERE number = ?')
    this.#drop = database.prepare<[number]>('DELETE FROM occasions WHERE number = ?')
    this.#add = database.prepare<[number, string, string]>('INSERT INTO occasions (time, kind, json) VALUES (?, ?, ?)')
    this.#find = database.prepare<[number], { json: string; message: string | null }>(
      `SELECT occasions.json, messages.json AS message FROM occasions LEFT JOIN messages USING (seq)
       WHERE number = ? AND occasions.json IS NOT NULL`,
    )
    this.#prune = database.prepare<[number]>(
      'DELETE FROM occasions WHERE time < ? AND json IS NOT NULL AND number NOT IN (SELECT occasion FROM outbox)',
    )
    this.#count = database.prepare<[], Unplanned>(
      `SELECT count(*) AS count, (SELECT time FROM occasions WHERE json IS NULL ORDER BY number LIMIT 1) AS oldest
       FROM occasions WHERE json IS NULL`,
    )
  }

  /** In the transaction that stores the message. */
  note(seq: number, time: Micros): void {
    this.#unplanned = undefined
    this.#note.run(seq, time)
  }

  /** Counted again only when it may have changed. */
  unplanned(): Unplanned {
    this.#unplanned ??= this.#count.get() as Unplanned
    return this.#unplanned
  }

  /** Oldest first. */
  waiting(limit: number): WaitingMessage[] {
    return this.#waiting
      .all(limit)
      .map(({ number, time, json }) => ({ number, time, message: JSON.parse(json) as DurableMessage }))
  }

  /** Somebody is told of a message that waited. */
  plan({ number, message }: WaitingMessage, occasion: AlertOccasion): void {
    this.#unplanned = undefined
    const { details, ...rest } = occasion
    // The message itself is in the log.
    const kept = details === message ? rest : occasion
    this.#plan.run(occasion.kind, JSON.stringify(kept), number)
  }

  /** Nobody is told of it. */
  drop(number: number): void {
    this.#unplanned = undefined
    this.#drop.run(number)
  }

  /** What is no message of the feed. @returns its number */
  add(occasion: AlertOccasion, time: Micros): number {
    return Number(this.#add.run(time, occasion.kind, JSON.stringify(occasion)).lastInsertRowid)
  }

  find(number: number): AlertOccasion | undefined {
    const row = this.#find.get(number)
    if (row === undefined) return undefined
    const occasion = JSON.parse(row.json) as AlertOccasion
    return 'details' in occasion || row.message === null ? occasion : { ...occasion, details: JSON.parse(row.message) }
  }

  /** Forgets what no delivery is kept of. */
  prune(oldest: Micros): void {
    this.#prune.run(oldest)
  }
}
