import type { OnsetPicker } from '../../detection/rise.ts'
import {
  ARMED,
  endTrigger,
  stepTrigger,
  type TriggerOptions,
  type TriggerOutput,
  type TriggerState,
} from '../../detection/trigger.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import type { Arrival, ScoredPiece, ScoredWindow } from '../../domain/window.ts'
import { ContinuousRecord } from './continuous-record.ts'

/** Another setting of the trigger, tried on the same scores. What is absent stays as configured. */
export interface TriggerVariant {
  readonly strideSeconds: number
  readonly on?: number
  readonly off?: number
  readonly minimumSeconds?: number
  readonly holdSeconds?: number
}

interface Run {
  readonly variant: TriggerVariant
  readonly record: ContinuousRecord
  readonly states: Map<InstrumentId, TriggerState>
  /** The clearest in windows left out since the last one that was not: a longer stride looks at their rows, too. */
  readonly arrivals: Map<InstrumentId, Arrival>
  /** Made once: the hash of the configuration is in them. */
  readonly options: Map<InstrumentId, TriggerOptions>
}

/**
 * Runs many settings of the trigger beside each other on one stream of scores: the network, which costs most, runs once. A longer
 * stride is had by leaving windows out, which lie on multiples of their stride; so a score is the same whatever the setting.
 */
export class TriggerVariants {
  readonly #runs: Run[]
  readonly #optionsOf: (instrument: InstrumentId) => TriggerOptions
  readonly #gridRate: number
  /** Onsets of the window that is being looked at, by the row from where on they were looked for. */
  readonly #picks = new Map<number, ReturnType<OnsetPicker>>()

  /**
   * @param optionsOf the configured trigger
   * @param windowSeconds from a window's first sample to its last
   */
  constructor(
    variants: readonly TriggerVariant[],
    given: { gridRate: number; windowSeconds: number; optionsOf: (instrument: InstrumentId) => TriggerOptions },
  ) {
    this.#gridRate = given.gridRate
    this.#optionsOf = given.optionsOf
    this.#runs = variants.map((variant) => ({
      variant,
      record: new ContinuousRecord(given.windowSeconds),
      states: new Map(),
      arrivals: new Map(),
      options: new Map(),
    }))
  }

  push(piece: ScoredPiece): void {
    this.#picks.clear()
    for (const run of this.#runs) {
      const { variant, record, states } = run
      const isLeftOut =
        piece.kind === 'scored' && piece.window.firstIndex % Math.round(variant.strideSeconds * this.#gridRate) !== 0
      if (isLeftOut) {
        keepClearest(run.arrivals, piece)
        continue
      }
      const seen = withClearest(run.arrivals, piece)
      record.addScore(piece)
      const options = this.#options(run, piece.instrument)
      const [next, outputs] = stepTrigger(states.get(piece.instrument) ?? ARMED, seen, options)
      states.set(piece.instrument, next)
      keep(record, outputs)
    }
  }

  /** The end of the data: open detections close. */
  end(): void {
    for (const run of this.#runs) {
      const { record, states } = run
      for (const [instrument, state] of states) keep(record, endTrigger(state, instrument, this.#options(run, instrument))[1])
      states.clear()
    }
  }

  /** What each setting made of the data, in the order given. */
  results(): { variant: TriggerVariant; record: ContinuousRecord }[] {
    return this.#runs.map(({ variant, record }) => ({ variant, record }))
  }

  #options({ variant, options }: Run, instrument: InstrumentId): TriggerOptions {
    const known = options.get(instrument)
    if (known) return known
    const { on, off, minimumSeconds, holdSeconds } = variant
    const configured = this.#optionsOf(instrument)
    const made = {
      ...configured,
      ...(on !== undefined && { on }),
      ...(off !== undefined && { off }),
      ...(minimumSeconds !== undefined && { minimumSeconds }),
      ...(holdSeconds !== undefined && { holdSeconds }),
      pickOnset: (samples: Float64Array, earliestRow: number) => this.#pickOnce(configured.pickOnset, samples, earliestRow),
    }
    options.set(instrument, made)
    return made
  }

  /** Many settings rise on the same window; its onset is the same for all of them. */
  #pickOnce(pickOnset: OnsetPicker, samples: Float64Array, earliestRow: number): ReturnType<OnsetPicker> {
    if (this.#picks.has(earliestRow)) return this.#picks.get(earliestRow)
    const pick = pickOnset(samples, earliestRow)
    this.#picks.set(earliestRow, pick)
    return pick
  }
}

function keepClearest(arrivals: Map<InstrumentId, Arrival>, { instrument, arrival }: ScoredWindow): void {
  if (arrival && arrival.powerRatio > (arrivals.get(instrument)?.powerRatio ?? 0)) arrivals.set(instrument, arrival)
}

/** A gap ends what was left out before it. */
function withClearest(arrivals: Map<InstrumentId, Arrival>, piece: ScoredPiece): ScoredPiece {
  if (piece.kind === 'scored') keepClearest(arrivals, piece)
  const arrival = arrivals.get(piece.instrument)
  arrivals.delete(piece.instrument)
  return piece.kind === 'scored' && arrival ? { ...piece, arrival } : piece
}

function keep(record: ContinuousRecord, outputs: readonly TriggerOutput[]): void {
  for (const output of outputs) if (output.kind === 'detection') record.addDetection(output.detection)
}

/** `on 0.9, minimum 2 s, stride 1 s`. */
export function describeVariant({ strideSeconds, on, off, minimumSeconds, holdSeconds }: TriggerVariant): string {
  const parts = [
    on !== undefined && `on ${on}`,
    off !== undefined && `off ${off}`,
    minimumSeconds !== undefined && `minimum ${minimumSeconds} s`,
    holdSeconds !== undefined && `hold ${holdSeconds} s`,
    `stride ${strideSeconds} s`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}
