import { SCORE_BIN_EDGES } from '../../contract/score-distribution.ts'
import { type Excursion, excursionsOf } from '../../detection/excursions.ts'
import { logitOf } from '../../domain/calibration.ts'
import { UsageError } from '../../domain/errors.ts'
import { type InstrumentId, stationOfInstrument } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { ScoreRun } from '../../io/store/score-blocks.ts'
import type { ScoreReader } from '../../io/store/score-reader.ts'

export interface Span {
  readonly from: Micros
  readonly to: Micros
}

/** What is kept in memory of one instrument's scores. */
export interface InstrumentScores {
  readonly instrument: InstrumentId
  /** From the lead on. */
  readonly excursions: readonly Excursion[]
  /** When it has scores, by time. */
  readonly spans: readonly Span[]
  /** Scored windows in the span asked for, as days. */
  readonly scoredDays: number
}

export interface RememberedScores {
  readonly key: string
  readonly instruments: readonly InstrumentScores[]
  /** End of the newest window; null without any. */
  readonly scoredUntil: Micros | null
  /** Windows per bin of the logit. */
  readonly histogram: readonly number[]
}

/** Read before the span, so that the trigger is in the state there that it was in. */
export const LEAD_SECONDS = 3600
/** Scores below it can matter to nobody, unless an off threshold is lower. */
const USUAL_FLOOR = 0.2
/** About three seconds of reading. */
const MOST_WINDOWS = 100_000_000
const SECONDS_PER_DAY = 86_400

/**
 * Scores of a span, read once and kept as excursions: a few percent of what is stored. Another span, other stations or a lower floor are
 * read anew.
 */
export class ScoreMemory {
  readonly #reader: ScoreReader
  readonly #strideSeconds: number
  #known: { readonly spanKey: string; readonly floor: number; readonly scores: RememberedScores } | undefined

  /** @param strideSeconds of the monitor, to estimate how much a span is */
  constructor(reader: ScoreReader, strideSeconds: number) {
    this.#reader = reader
    this.#strideSeconds = strideSeconds
  }

  /**
   * @param stations ids of stations or instruments; undefined: all
   * @param least the lowest off threshold that will be asked about
   * @throws {UsageError} when it is more than can be kept
   */
  recall({ from, to }: Span, stations: readonly string[] | undefined, least: number): RememberedScores {
    const spanKey = JSON.stringify([from, to, stations])
    if (this.#known?.spanKey === spanKey && this.#known.floor <= least) return this.#known.scores
    const floor = Math.min(USUAL_FLOOR, least)
    const wanted = stations && new Set(stations)
    const ids = this.#reader
      .instruments()
      .filter((id) => wanted === undefined || wanted.has(id) || wanted.has(stationOfInstrument(id)))
    this.#checkSize(ids.length, { from, to })
    const histogram = new Array<number>(SCORE_BIN_EDGES.length + 1).fill(0)
    let scoredUntil: Micros | null = null
    const instruments = ids.map((instrument) => {
      const runs = this.#reader.scores(instrument, from - LEAD_SECONDS * MICROS_PER_SECOND, to)
      for (const run of runs) scoredUntil = Math.max(scoredUntil ?? 0, endOf(run))
      const scoredDays = addToHistogram(histogram, runs, from)
      const spans = runs.map((run) => ({ from: run.endTime, to: endOf(run) }))
      return { instrument, excursions: excursionsOf(runs, floor), spans, scoredDays }
    })
    const scores = { key: `${spanKey} ${floor}`, instruments, scoredUntil, histogram }
    this.#known = { spanKey, floor, scores }
    return scores
  }

  #checkSize(instruments: number, { from, to }: Span): void {
    const windows = (instruments * (to - from)) / MICROS_PER_SECOND / this.#strideSeconds
    if (windows <= MOST_WINDOWS) return
    const days = Math.floor((MOST_WINDOWS * this.#strideSeconds) / instruments / SECONDS_PER_DAY)
    throw new UsageError(
      `what-if: expected at most ${MOST_WINDOWS.toLocaleString('en')} windows, got ${Math.round(windows).toLocaleString('en')} of ${instruments} instruments; ask for ${Math.max(1, days)} days or fewer stations`,
    )
  }
}

function endOf({ endTime, strideSeconds, scores }: ScoreRun): Micros {
  return endTime + Math.round((scores.length - 1) * strideSeconds * MICROS_PER_SECOND)
}

/** @returns days of the windows from `from` on */
function addToHistogram(histogram: number[], runs: readonly ScoreRun[], from: Micros): number {
  let seconds = 0
  for (const { endTime, strideSeconds, scores } of runs) {
    const stride = strideSeconds * MICROS_PER_SECOND
    const first = Math.max(0, Math.ceil((from - endTime) / stride))
    for (let i = first; i < scores.length; i++) histogram[binOf(scores[i]!)]!++
    seconds += Math.max(0, scores.length - first) * strideSeconds
  }
  return seconds / SECONDS_PER_DAY
}

/** Bins are half a logit wide. */
function binOf(score: number): number {
  const first = SCORE_BIN_EDGES[0]!
  return Math.min(SCORE_BIN_EDGES.length, Math.max(0, Math.floor((logitOf(score) - first) * 2) + 1))
}
