import {
  ARMED,
  endTrigger,
  stepTrigger,
  type TriggerOptions,
  type TriggerOutput,
  type TriggerState,
} from '../../detection/trigger.ts'
import type { InstrumentId } from '../../domain/source-id.ts'
import type { ScoredPiece } from '../../domain/window.ts'
import { ContinuousRecord } from './continuous-record.ts'

/** Another setting of the trigger, tried on the same scores. What is absent stays as configured. */
export interface TriggerVariant {
  readonly strideSeconds: number
  readonly on?: number
  readonly off?: number
  readonly minimumSeconds?: number
}

/**
 * Runs many settings of the trigger beside each other on one stream of scores: the network, which costs most, runs once. A longer
 * stride is had by leaving windows out, which lie on multiples of their stride; so a score is the same whatever the setting.
 */
export class TriggerVariants {
  readonly #runs: { variant: TriggerVariant; record: ContinuousRecord; states: Map<InstrumentId, TriggerState> }[]
  readonly #optionsOf: (instrument: InstrumentId) => TriggerOptions
  readonly #gridRate: number

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
    }))
  }

  push(piece: ScoredPiece): void {
    for (const { variant, record, states } of this.#runs) {
      const isLeftOut =
        piece.kind === 'scored' && piece.window.firstIndex % Math.round(variant.strideSeconds * this.#gridRate) !== 0
      if (isLeftOut) continue
      record.addScore(piece)
      const options = this.#options(variant, piece.instrument)
      const [next, outputs] = stepTrigger(states.get(piece.instrument) ?? ARMED, piece, options)
      states.set(piece.instrument, next)
      keep(record, outputs)
    }
  }

  /** The end of the data: open detections close. */
  end(): void {
    for (const { variant, record, states } of this.#runs) {
      for (const [instrument, state] of states) keep(record, endTrigger(state, instrument, this.#options(variant, instrument))[1])
      states.clear()
    }
  }

  /** What each setting made of the data, in the order given. */
  results(): { variant: TriggerVariant; record: ContinuousRecord }[] {
    return this.#runs.map(({ variant, record }) => ({ variant, record }))
  }

  #options({ on, off, minimumSeconds }: TriggerVariant, instrument: InstrumentId): TriggerOptions {
    const configured = this.#optionsOf(instrument)
    return {
      ...configured,
      ...(on !== undefined && { on }),
      ...(off !== undefined && { off }),
      ...(minimumSeconds !== undefined && { minimumSeconds }),
    }
  }
}

function keep(record: ContinuousRecord, outputs: readonly TriggerOutput[]): void {
  for (const output of outputs) if (output.kind === 'detection') record.addDetection(output.detection)
}

/** `on 0.9, minimum 2 s, stride 1 s`. */
export function describeVariant({ strideSeconds, on, off, minimumSeconds }: TriggerVariant): string {
  const parts = [
    on !== undefined && `on ${on}`,
    off !== undefined && `off ${off}`,
    minimumSeconds !== undefined && `minimum ${minimumSeconds} s`,
    `stride ${strideSeconds} s`,
  ]
  return parts.filter((part) => part !== false).join(', ')
}
