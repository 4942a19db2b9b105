import type { Micros } from '../../domain/time.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** The relevance of a detection's best window. */
export interface StoredRelevance {
  readonly detectionId: string
  /** Time of the first row. */
  readonly startTime: Micros
  /** Hz. */
  readonly rate: number
  /** Of the LRP rule. */
  readonly beta: number
  /** Row-major [windowLength, 3] in the order Z, N, E, from 1 at the logit. */
  readonly values: Float32Array
}

/** Exact float32, 6 kB for a window of 501 rows: half of what the waveform beside it takes. */
export class RelevanceTable {
  readonly #upsert
  readonly #select

  constructor(database: SqliteDatabase) {
    this.#upsert = database.prepare<[string, number, number, number, Uint8Array]>(
      'INSERT OR REPLACE INTO relevances (detection, start, rate, beta, relevance) VALUES (?, ?, ?, ?, ?)',
    )
    this.#select = database.prepare<[string], { start: number; rate: number; beta: number; relevance: Uint8Array }>(
      'SELECT start, rate, beta, relevance FROM relevances WHERE detection = ?',
    )
  }

  put({ detectionId, startTime, rate, beta, values }: StoredRelevance): void {
    this.#upsert.run(detectionId, startTime, rate, beta, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  find(detectionId: string): StoredRelevance | undefined {
    const row = this.#select.get(detectionId)
    if (!row) return undefined
    // A copy: the bytes of a blob need not be aligned.
    const values = new Float32Array(Uint8Array.from(row.relevance).buffer)
    return { detectionId, startTime: row.start, rate: row.rate, beta: row.beta, values }
  }
}
