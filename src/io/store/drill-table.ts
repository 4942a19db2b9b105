import type { Drill } from '../../contract/drill.ts'
import { parseIsoMicros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** The last drills; older ones are forgotten. */
const MOST_KEPT = 200

/** Drills and how they went. Nothing of them is in the tables of detections, events and messages. */
export class DrillTable {
  readonly #put
  readonly #find
  readonly #newest
  readonly #forget

  constructor(database: SqliteDatabase) {
    this.#put = database.prepare<[string, number, string]>(
      'INSERT INTO drills (id, started, json) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET json = excluded.json',
    )
    this.#find = database.prepare<[string], string>('SELECT json FROM drills WHERE id = ?').pluck()
    this.#newest = database.prepare<[number], string>('SELECT json FROM drills ORDER BY started DESC LIMIT ?').pluck()
    this.#forget = database.prepare<[number]>(
      'DELETE FROM drills WHERE started < (SELECT min(started) FROM (SELECT started FROM drills ORDER BY started DESC LIMIT ?))',
    )
  }

  put(drill: Drill): void {
    this.#put.run(drill.id, parseIsoMicros(drill.startedAt) ?? 0, JSON.stringify(drill))
    this.#forget.run(MOST_KEPT)
  }

  find(id: string): Drill | undefined {
    const json = this.#find.get(id)
    return json === undefined ? undefined : (JSON.parse(json) as Drill)
  }

  newest(limit: number): Drill[] {
    return this.#newest.all(limit).map((json) => JSON.parse(json) as Drill)
  }
}
