import { setImmediate } from 'node:timers/promises'
import type { ModelCard } from '../contract/model-card.ts'
import { SCORE_BIN_EDGES, type ScoreDistribution } from '../contract/score-distribution.ts'
import { scoreDrift } from '../detection/score-drift.ts'
import { SCORE_BINS, scoreBinOf } from '../domain/score-bins.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { DistributionRequest } from '../server/monitor-view.ts'

export interface ScoreDistributionsOptions {
  readonly store: {
    forEachScore(instrument: InstrumentId, from: Micros, to: Micros, take: (score: number) => void): void
    firstScoreTime(instrument: InstrumentId | undefined): Micros | undefined
  }
  /** Those that are asked when none is named. */
  readonly instruments: readonly InstrumentId[]
  readonly card: ModelCard
}

const MICROS_PER_HOUR = 3600 * MICROS_PER_SECOND
const MICROS_PER_DAY = 24 * MICROS_PER_HOUR

/**
 * Histograms of stored scores. They are counted a day of an instrument at a time, some three milliseconds each, with turns for the
 * packets between.
 */
export class ScoreDistributions {
  readonly #options: ScoreDistributionsOptions
  /** Of the first stored day, by instrument or undefined for all; counted again when older scores have gone. */
  readonly #firstDays = new Map<InstrumentId | undefined, { readonly from: Micros; readonly counts: readonly number[] }>()

  constructor(options: ScoreDistributionsOptions) {
    this.#options = options
  }

  async ask({ instrument, from, to }: DistributionRequest): Promise<ScoreDistribution> {
    const counts = await this.#count(instrument, from, to)
    const reference = this.#trainingReference() ?? (await this.#firstDay(instrument))
    return {
      from: formatMicros(from),
      to: formatMicros(to),
      instrument: instrument ?? null,
      edges: [...SCORE_BIN_EDGES],
      windows: sumOf(counts),
      counts: [...counts],
      reference,
      drift: (reference && scoreDrift(reference.counts, counts)) ?? null,
    }
  }

  #trainingReference(): ScoreDistribution['reference'] {
    const { scoreReference } = this.#options.card
    if (!scoreReference) return null
    return { kind: 'training', windows: sumOf(scoreReference.counts), counts: [...scoreReference.counts] }
  }

  async #firstDay(instrument: InstrumentId | undefined): Promise<ScoreDistribution['reference']> {
    const from = this.#options.store.firstScoreTime(instrument)
    if (from === undefined) return null
    const to = from + MICROS_PER_DAY
    let known = this.#firstDays.get(instrument)
    if (known?.from !== from) {
      known = { from, counts: await this.#count(instrument, from, to) }
      // A day that is not over yet is counted again next time.
      if (sumOf(known.counts) > 0 && this.#isOver(instrument, to)) this.#firstDays.set(instrument, known)
    }
    const { counts } = known
    return { kind: 'first-day', from: formatMicros(from), to: formatMicros(to), windows: sumOf(counts), counts: [...counts] }
  }

  #isOver(instrument: InstrumentId | undefined, time: Micros): boolean {
    const { store, instruments } = this.#options
    const asked = instrument === undefined ? instruments : [instrument]
    let later = 0
    for (const each of asked) store.forEachScore(each, time, time + MICROS_PER_HOUR, () => later++)
    return later > 0
  }

  async #count(instrument: InstrumentId | undefined, from: Micros, to: Micros): Promise<number[]> {
    const { store, instruments } = this.#options
    const counts = new Array<number>(SCORE_BINS).fill(0)
    for (const each of instrument === undefined ? instruments : [instrument]) {
      for (let start = from; start <= to; start += MICROS_PER_DAY) {
        store.forEachScore(each, start, Math.min(to, start + MICROS_PER_DAY - 1), (score) => {
          counts[scoreBinOf(score)]!++
        })
        await setImmediate()
      }
    }
    return counts
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
