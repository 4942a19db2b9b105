import type { Config } from '../contract/config.ts'
import { type CatalogueMatch, type InstrumentDetections, matchCatalogue } from '../detection/catalogue-matching.ts'
import type { CatalogueEvent } from '../domain/catalogue.ts'
import { FORGETFUL_STATE } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { Micros } from '../domain/time.ts'
import { ContinuousRecord, clipToSpan } from './evaluation/continuous-record.ts'
import { StaLtaBaseline, type StaLtaSettings } from './evaluation/sta-lta-baseline.ts'
import { type TriggerVariant, TriggerVariants } from './evaluation/trigger-variants.ts'
import type { LoadedModel } from './load-model.ts'
import { monitorParts } from './monitor-parts.ts'
import { replayArchive } from './replay-archive.ts'

export interface EvaluateContinuousOptions {
  /** miniSEED files or folders. */
  readonly paths: readonly string[]
  readonly catalogue: readonly CatalogueEvent[]
  /** Which of its events count; absent: all. */
  readonly isCounted?: (event: CatalogueEvent) => boolean
  /** Only what lies between these counts. */
  readonly from?: Micros
  readonly to?: Micros
  readonly config: Config
  readonly model: LoadedModel
  /** Other settings of the trigger to try on the same scores; their strides are multiples of the configured one or divide it. */
  readonly variants?: readonly TriggerVariant[]
  /** The baseline to run beside the network, and its thresholds. */
  readonly staLta?: { readonly settings: StaLtaSettings; readonly thresholds: readonly number[] }
  /** Share of the bytes replayed. */
  readonly onProgress?: (bytes: number, totalBytes: number) => void
  readonly onProblem: OnProblem
}

/** A comparison, and those of the other settings and of the baseline with the same catalogue. */
export interface ContinuousEvaluation {
  readonly match: CatalogueMatch
  /** In the order of their ids. */
  readonly instruments: readonly InstrumentDetections[]
  readonly variants: readonly { readonly variant: TriggerVariant; readonly match: CatalogueMatch }[]
  readonly staLta: readonly { readonly on: number; readonly match: CatalogueMatch }[]
}

/**
 * Replays an archive through the monitor's own pipeline and compares its detections with a catalogue; beside it other settings of
 * the trigger, and STA/LTA, on the same data.
 */
export async function evaluateContinuous(options: EvaluateContinuousOptions): Promise<ContinuousEvaluation> {
  const { config, model, variants = [], staLta } = options
  const { sampleRate: gridRate } = model.card
  const windowSeconds = (model.card.windowLength - 1) / gridRate
  const finest = Math.min(config.window.strideSeconds, ...variants.map(({ strideSeconds }) => strideSeconds))
  // The configured setting is one of the variants when their strides need more windows than it looks at.
  const configured: TriggerVariant = { strideSeconds: config.window.strideSeconds }
  const parts = monitorParts(config, model, {
    isAccepted: () => true,
    state: FORGETFUL_STATE,
    onLatency: () => {},
    onCounters: () => {},
    onProblem: () => {},
  })
  const triggers = new TriggerVariants([configured, ...variants], { gridRate, windowSeconds, optionsOf: parts.trigger })
  const baseline =
    staLta &&
    new StaLtaBaseline(staLta.settings, {
      thresholds: staLta.thresholds,
      gridRate,
      deadSeconds: config.trigger.deadSeconds,
    })
  await replayArchive({
    paths: options.paths,
    config: { ...config, window: { ...config.window, strideSeconds: finest } },
    model,
    speed: 'max',
    onMessages: () => {},
    onStreams: ({ frames$, scores$ }) => {
      frames$.subscribe((piece) => baseline?.push(piece))
      scores$.subscribe((piece) => triggers.push(piece))
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
    onProblem: options.onProblem,
  })
  triggers.end()
  const [main, ...others] = triggers.results()
  const clip = (record: ContinuousRecord) => clipToSpan(record.byInstrument(), options)
  const compare = (instruments: readonly InstrumentDetections[], strideSeconds: number) =>
    matchCatalogue({
      events: options.catalogue,
      instruments,
      strideSeconds,
      ...(options.isCounted && { isCounted: options.isCounted }),
    })
  const own = clip(main?.record ?? new ContinuousRecord(windowSeconds))
  const { strideSeconds } = config.window
  return {
    match: compare([...own.values()], strideSeconds),
    instruments: [...own.values()],
    variants: others.map(({ variant, record }) => ({
      variant,
      match: compare([...clip(record).values()], variant.strideSeconds),
    })),
    staLta: (baseline ? (staLta?.thresholds ?? []) : []).map((on, index) => ({
      on,
      match: compare(baseline?.instruments(own, index) ?? [], strideSeconds),
    })),
  }
}
