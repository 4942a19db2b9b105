import type { InstrumentId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { Arrival, WindowArrival } from '../../domain/window.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** Arrivals beside the scores of their windows: one in some dozen. */
export class ArrivalTable {
  readonly #insert
  readonly #range
  readonly #deleteOlder

  constructor(database: SqliteDatabase) {
    this.#insert = database.prepare<[string, number, number, number]>(
      'INSERT OR REPLACE INTO arrivals (instrument, window_end, time, ratio) VALUES (?, ?, ?, ?)',
    )
    this.#range = database.prepare<[string, number, number], WindowArrival>(
      `SELECT window_end AS windowEnd, time, ratio AS powerRatio FROM arrivals
       WHERE instrument = ? AND window_end >= ? AND window_end <= ? ORDER BY window_end`,
    )
    this.#deleteOlder = database.prepare<[number]>('DELETE FROM arrivals WHERE window_end < ?')
  }

  /** Inside the caller's transaction. */
  write(instrument: InstrumentId, windowEnd: Micros, { time, powerRatio }: Arrival): void {
    this.#insert.run(instrument, windowEnd, time, powerRatio)
  }

  /** Of windows that end in [from, to], by their ends. */
  read(instrument: InstrumentId, from: Micros, to: Micros): WindowArrival[] {
    return this.#range.all(instrument, from, to)
  }

  deleteOlderThan(time: Micros): void {
    this.#deleteOlder.run(time)
  }
}
