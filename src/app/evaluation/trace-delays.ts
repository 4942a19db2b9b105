import type { TriggerOptions } from '../../detection/trigger.ts'
import { gridIndexToMicros } from '../../domain/grid.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import { createOnsetMeter, type OnsetMeter } from '../../signal/onset-meter.ts'
import { withOnset } from '../../signal/onset-weight.ts'
import { type GridTrace, windowOf } from '../training/grid-trace.ts'
import type { WindowScorer } from '../window-scorer.ts'
import { scoreAt } from './score-traces.ts'
import { type TriggerVariant, TriggerVariants } from './trigger-variants.ts'

/** How fast and how sure a setting of the trigger is, on labelled traces played as if they came live. */
export interface TradeOff {
  readonly variant: TriggerVariant
  /** Earthquake traces long enough before P that a window can end at P. */
  readonly events: number
  readonly detected: number
  /** From P to the window that publishes the detection: the first over the threshold, and the minimum duration after it. */
  readonly medianDelaySeconds: number | null
  readonly ninetiethDelaySeconds: number | null
  /** On noise traces. */
  readonly falseDetections: number
  readonly noiseDays: number
  readonly falsePerStationDay: number | null
}

/** A window that finds a trace's event ends no later than this after P. */
const LATEST_SECONDS = 60

interface Played {
  readonly instrument: InstrumentId
  readonly p: Micros | undefined
}

/**
 * Plays labelled traces through the trigger in many settings at once: windows on multiples of the finest stride, as live.
 */
export class TraceDelays {
  readonly #variants: readonly TriggerVariant[]
  readonly #triggers: TriggerVariants
  readonly #scorer: WindowScorer
  readonly #stride: number
  readonly #measureOnset: OnsetMeter
  readonly #minimumSeconds: number
  readonly #played: Played[] = []
  #noiseWindows = 0

  constructor(
    variants: readonly TriggerVariant[],
    scorer: WindowScorer,
    options: Omit<TriggerOptions, 'gridRate' | 'pickOnset'>,
  ) {
    const { sampleRate: gridRate } = scorer
    this.#variants = variants
    this.#scorer = scorer
    this.#minimumSeconds = options.minimumSeconds
    this.#stride = Math.round(Math.min(...variants.map(({ strideSeconds }) => strideSeconds)) * gridRate)
    const { windowLength, channels } = scorer.classifier
    this.#measureOnset = createOnsetMeter({ windowLength, channels, sampleRate: gridRate, stride: this.#stride })
    this.#triggers = new TriggerVariants(variants, {
      gridRate,
      windowSeconds: (scorer.classifier.windowLength - 1) / gridRate,
      // When a detection is known does not depend on where its onset is thought to be.
      optionsOf: () => ({ ...options, gridRate, pickOnset: () => undefined }),
    })
  }

  add(trace: GridTrace): void {
    const { classifier, sampleRate } = this.#scorer
    const { windowLength, channels } = classifier
    const { pIndex } = trace
    const isEarthquake = trace.label.category === 'earthquake'
    // With less before P the first window already holds seconds of the event, and the delay would be the data's, not the detector's.
    if (isEarthquake && (pIndex === undefined || trace.firstIndex + windowLength > pIndex)) return
    const instrument = `XX_T${this.#played.length}__HH` as InstrumentId
    this.#played.push({ instrument, p: isEarthquake && pIndex !== undefined ? gridIndexToMicros(pIndex, sampleRate) : undefined })
    const input = new Float32Array(windowLength * channels)
    const first = Math.ceil(trace.firstIndex / this.#stride) * this.#stride
    for (let firstIndex = first; firstIndex + windowLength <= trace.firstIndex + trace.length; firstIndex += this.#stride) {
      const samples = windowOf(trace, firstIndex, windowLength)
      const score = scoreAt(trace, firstIndex, this.#scorer, input)
      const startTime = gridIndexToMicros(firstIndex, sampleRate)
      const window = { kind: 'window', instrument, firstIndex, startTime, samples } as const
      // Weighed already.
      const scored = withOnset({ kind: 'scored', instrument, window, input, score }, this.#measureOnset, undefined, sampleRate)
      this.#triggers.push(scored)
      if (!isEarthquake) this.#noiseWindows++
    }
    this.#triggers.push({ kind: 'gap', instrument, cause: 'missing' })
  }

  results(): TradeOff[] {
    this.#triggers.end()
    const noiseDays = (this.#noiseWindows * this.#stride) / this.#scorer.sampleRate / 86_400
    return this.#triggers.results().map(({ variant, record }, index) => {
      const found = record.byInstrument()
      const minimum = variant.minimumSeconds ?? this.#minimumSeconds
      const untilPublished = Math.ceil(minimum / variant.strideSeconds) * variant.strideSeconds
      const delays: number[] = []
      let events = 0
      let falseDetections = 0
      for (const { instrument, p } of this.#played) {
        const detections = found.get(instrument)?.detections ?? []
        if (p === undefined) {
          falseDetections += detections.length
          continue
        }
        events++
        const delay = detections
          .map(({ on }) => (on - p) / MICROS_PER_SECOND)
          .find((after) => after >= 0 && after <= LATEST_SECONDS)
        if (delay !== undefined) delays.push(delay + untilPublished)
      }
      delays.sort((a, b) => a - b)
      return {
        variant: this.#variants[index] as TriggerVariant,
        events,
        detected: delays.length,
        medianDelaySeconds: quantile(delays, 0.5),
        ninetiethDelaySeconds: quantile(delays, 0.9),
        falseDetections,
        noiseDays,
        falsePerStationDay: noiseDays === 0 ? null : falseDetections / noiseDays,
      }
    })
  }
}

/** Nearest rank. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

/** Thresholds, minimum durations and strides tried when a trade-off is asked for. */
export function tradeOffVariants(): TriggerVariant[] {
  return [0.5, 1, 2].flatMap((strideSeconds) =>
    [0, 2, 4].flatMap((minimumSeconds) =>
      [0.5, 0.8, 0.9, 0.95, 0.98, 0.99].map((on) => ({ strideSeconds, minimumSeconds, on, off: Math.round(on * 950) / 1000 })),
    ),
  )
}
