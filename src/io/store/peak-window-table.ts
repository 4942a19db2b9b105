import type { Micros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** The best window of a detection as it came to the preprocessing. */
export interface StoredPeakWindow {
  readonly detectionId: string
  /** Time of the first row. */
  readonly startTime: Micros
  /** Hz. */
  readonly rate: number
  /** Row-major [windowLength, 3] in the order Z, N, E, source units. */
  readonly samples: Float64Array
}

/**
 * Double precision, 12 kB for a window of 501 rows: with it the score and the relevance of a detection can be had again, bit for bit,
 * through the pipeline's own preprocessing. The waveform beside it is rounded to single precision and ends after two minutes.
 */
export class PeakWindowTable {
  readonly #upsert
  readonly #select

  constructor(database: SqliteDatabase) {
    this.#upsert = database.prepare<[string, number, number, Uint8Array]>(
      'INSERT OR REPLACE INTO peak_windows (detection, start, rate, samples) VALUES (?, ?, ?, ?)',
    )
    this.#select = database.prepare<[string], { start: number; rate: number; samples: Uint8Array }>(
      'SELECT start, rate, samples FROM peak_windows WHERE detection = ?',
    )
  }

  put({ detectionId, startTime, rate, samples }: StoredPeakWindow): void {
    this.#upsert.run(detectionId, startTime, rate, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
  }

  find(detectionId: string): StoredPeakWindow | undefined {
    const row = this.#select.get(detectionId)
    if (!row) return undefined
    // A copy: the bytes of a blob need not be aligned.
    const samples = new Float64Array(Uint8Array.from(row.samples).buffer)
    return { detectionId, startTime: row.start, rate: row.rate, samples }
  }
}
