import type { Journey, KnownJourney } from '../../contract/journey.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** What detections took on their way to the screens, one row for each message of the feed. */
export class JourneyTable {
  readonly #ofDetection
  readonly #put: (journeys: readonly KnownJourney[]) => void

  constructor(database: SqliteDatabase) {
    const upsert = database.prepare<[number, string, string]>(
      'INSERT OR REPLACE INTO journeys (seq, detection, json) VALUES (?, ?, ?)',
    )
    this.#put = database.transaction((journeys: readonly KnownJourney[]) => {
      for (const { detection, journey } of journeys) upsert.run(journey.seq, detection, JSON.stringify(journey))
    }).immediate
    this.#ofDetection = database.prepare<[string], string>('SELECT json FROM journeys WHERE detection = ? ORDER BY seq').pluck()
  }

  put(journeys: readonly KnownJourney[]): void {
    if (journeys.length > 0) this.#put(journeys)
  }

  /** Its opening first. */
  of(detection: string): Journey[] {
    return this.#ofDetection.all(detection).map((json) => JSON.parse(json) as Journey)
  }
}
