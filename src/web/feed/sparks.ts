import type { EnvelopeFrame } from '../../contract/envelope-frame.ts'
import { ENVELOPE_COLUMNS } from '../../contract/envelope-frame.ts'
import { Ring } from './ring.ts'

/** Least and largest Z. */
const SHOWN_COLUMNS = 2

/** As many as the widest sparkline shows. */
const KEPT_SECONDS = 930

/** The last minutes of one instrument in few numbers, one row per second of data time. */
export interface Spark {
  /** min Z, max Z: what a sparkline shows of the six columns that come; 500 stations are 7 MB less. */
  readonly envelope: Ring
  /** Score at the end of its window. */
  readonly scores: Ring
  /** Second of the oldest row that came: what comes late changes the picture. */
  begin: number
}

/** Share of the instruments whose time may run ahead of the axis: clocks go wrong, and one must not empty the wall. */
const AHEAD = 0.05

/** What the wall is drawn from; plain, because it changes far more often than it is looked at. */
export class Sparks {
  readonly #byInstrument = new Map<string, Spark>()
  #end = Number.NaN
  #isEndOld = false

  get(instrument: string): Spark | undefined {
    return this.#byInstrument.get(instrument)
  }

  /** Where the common time axis ends: the second after the newest row of all but a few instruments; NaN without any. */
  end(): number {
    if (this.#isEndOld) {
      const ends = [...this.#byInstrument.values()].map(endOf).sort((a, b) => b - a)
      this.#end = ends[Math.floor(ends.length * AHEAD)] ?? Number.NaN
      this.#isEndOld = false
    }
    return this.#end
  }

  addEnvelopes({ secondsPerRow, envelopes }: EnvelopeFrame): void {
    if (secondsPerRow !== 1) return
    for (const { instrument, startTime, rows } of envelopes) {
      const spark = this.#of(instrument)
      const second = Math.round(startTime / 1e6)
      spark.envelope.write(second, rows, ENVELOPE_COLUMNS)
      spark.begin = Math.min(spark.begin, second)
    }
  }

  /** @param seconds end of the window, since 1970 */
  addScore(instrument: string, seconds: number, score: number): void {
    this.#of(instrument).scores.write(Math.floor(seconds), [score])
  }

  /** Score of the newest window; NaN when there is none. */
  newestScore(instrument: string): number {
    const scores = this.#byInstrument.get(instrument)?.scores
    return scores ? scores.at(scores.end - 1, 0) : Number.NaN
  }

  clear(): void {
    this.#byInstrument.clear()
    this.#isEndOld = true
  }

  #of(instrument: string): Spark {
    this.#isEndOld = true
    const known = this.#byInstrument.get(instrument)
    if (known) return known
    const spark = {
      envelope: new Ring(KEPT_SECONDS, SHOWN_COLUMNS),
      scores: new Ring(KEPT_SECONDS, 1),
      begin: Number.POSITIVE_INFINITY,
    }
    this.#byInstrument.set(instrument, spark)
    return spark
  }
}

function endOf({ envelope, scores }: Spark): number {
  if (Number.isNaN(envelope.end)) return scores.end
  return Number.isNaN(scores.end) ? envelope.end : Math.max(envelope.end, scores.end)
}
