import type { GapQuery } from '../../contract/gaps.ts'
import type { SourceId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { TraceGap, TraceGapCause } from '../../domain/trace-gap.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

interface GapRow {
  readonly channel: string
  readonly start: number
  readonly end: number
  readonly cause: string
}

/** Rows kept at most, whatever their age: a station that stutters must not fill the disk. */
const MOST_ROWS = 500_000

/** Why the accepted data of each channel have holes. */
export class GapTable {
  readonly #put
  readonly #search
  readonly #counts
  readonly #deleteOlder
  readonly #deleteOldest

  constructor(database: SqliteDatabase) {
    this.#put = database.prepare<[string, number, number, string]>(
      'INSERT OR REPLACE INTO gaps (channel, start, "end", cause) VALUES (?, ?, ?, ?)',
    )
    // Channels of a station or an instrument all begin with its codes: a range of the index.
    this.#search = database.prepare<[string, string, number, number, number], GapRow>(
      `SELECT channel, start, "end", cause FROM gaps
       WHERE channel >= ? AND channel < ? AND max("end", start) >= ? AND start <= ? ORDER BY channel, start LIMIT ?`,
    )
    this.#counts = database.prepare<[], { cause: string; count: number }>(
      'SELECT cause, count(*) AS count FROM gaps GROUP BY cause ORDER BY cause',
    )
    this.#deleteOlder = database.prepare<[number]>('DELETE FROM gaps WHERE start < ?')
    this.#deleteOldest = database.prepare<[number]>(
      'DELETE FROM gaps WHERE start < (SELECT start FROM gaps ORDER BY start DESC LIMIT 1 OFFSET ?)',
    )
  }

  /** A gap told again has a new cause. */
  put({ sourceId, startTime, endTime, cause }: TraceGap): void {
    this.#put.run(sourceId, startTime, endTime, cause)
  }

  /** By channel, then by time. */
  search({ prefix = '', from, to, limit }: GapQuery): TraceGap[] {
    const first = `FDSN:${prefix}`
    const rows = this.#search.all(first, `${first}\u{10ffff}`, from, to, limit)
    return rows.map(({ channel, start, end, cause }) => ({
      sourceId: channel as SourceId,
      startTime: start,
      endTime: end,
      cause: cause as TraceGapCause,
    }))
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ cause, count }) => [cause, count]))
  }

  prune(oldest: Micros): void {
    this.#deleteOlder.run(oldest)
    this.#deleteOldest.run(MOST_ROWS)
  }
}
