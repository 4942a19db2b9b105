import type { InstrumentId } from '../../domain/source-id.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** What is known of the minutes of one hour of one instrument; its bytes mean something to who gave them. */
export interface HealthHour {
  readonly instrument: InstrumentId
  /** Hours since 1970. */
  readonly hour: number
  readonly minutes: Uint8Array
}

/** A day, and the hour that is not over. */
const KEPT_HOURS = 25

/** The history of health, by the hour. */
export class HealthTable {
  readonly #upsert
  readonly #select
  readonly #deleteOlder
  #newestHour = Number.NEGATIVE_INFINITY

  constructor(database: SqliteDatabase) {
    this.#upsert = database.prepare<[string, number, Uint8Array]>(
      'INSERT OR REPLACE INTO health_hours (instrument, hour, minutes) VALUES (?, ?, ?)',
    )
    this.#select = database.prepare<[], HealthHour>('SELECT instrument, hour, minutes FROM health_hours ORDER BY hour')
    this.#deleteOlder = database.prepare<[number]>('DELETE FROM health_hours WHERE hour <= ?')
  }

  put(hours: readonly HealthHour[]): void {
    let newest = this.#newestHour
    for (const { instrument, hour, minutes } of hours) {
      this.#upsert.run(instrument, hour, minutes)
      newest = Math.max(newest, hour)
    }
    if (newest > this.#newestHour) this.#deleteOlder.run(newest - KEPT_HOURS)
    this.#newestHour = newest
  }

  all(): HealthHour[] {
    return this.#select.all()
  }
}
