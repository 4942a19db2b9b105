import { type ClassificationMetrics, classificationMetrics, type LabelledScore } from '../detection/metrics.ts'
import type { TriggerOptions } from '../detection/trigger.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { type EvaluateHooks, type EvaluateOptions, scoreWindows, summarise, type WindowEvaluation } from './evaluate.ts'
import { bootstrapIntervals, type ConfidenceIntervals } from './evaluation/bootstrap.ts'
import type { ScoredProtocolWindow } from './evaluation/score-traces.ts'
import type { StaLtaSettings } from './evaluation/sta-lta-baseline.ts'
import { StaLtaTuning, staLtaScores } from './evaluation/sta-lta-windows.ts'
import { TraceDelays, type TradeOff, tradeOffVariants } from './evaluation/trace-delays.ts'
import type { TriggerVariant } from './evaluation/trigger-variants.ts'
import type { WorstWindows } from './evaluation/worst-windows.ts'
import type { LoadHooks } from './training/load-traces.ts'
import { gridTraces, hasAllComponents } from './training/load-traces.ts'
import type { WindowScorer } from './window-scorer.ts'

export interface DetailedOptions extends EvaluateOptions {
  /** The trigger whose delay after P is measured. */
  readonly trigger: Omit<TriggerOptions, 'gridRate' | 'pickOnset'>
  readonly strideSeconds: number
  /** Also every setting of the trade-off table. */
  readonly isTradeOff: boolean
  /** Also the baseline, tuned on the dev split. */
  readonly isStaLta: boolean
}

/** The baseline on the same windows. */
export interface StaLtaEvaluation extends ClassificationMetrics {
  readonly settings: StaLtaSettings
  readonly confidence: ConfidenceIntervals
}

export interface DetailedEvaluation {
  readonly evaluation: WindowEvaluation
  readonly windows: readonly ScoredProtocolWindow[]
  readonly worst: WorstWindows
  /** The configured trigger on the traces played as if live. */
  readonly delay: TradeOff
  readonly tradeOff: readonly TradeOff[]
  readonly staLta: StaLtaEvaluation | undefined
  readonly staLtaScores: readonly LabelledScore[]
}

/**
 * `evaluateWindows` and, in the same pass, how late detections come and what STA/LTA makes of the same windows.
 *
 * @throws {DatasetError} when a dataset cannot be read or has no windows in the split
 */
export async function evaluateInDetail(
  options: DetailedOptions,
  scorer: WindowScorer,
  hooks: EvaluateHooks,
): Promise<DetailedEvaluation> {
  const shape = { windowLength: scorer.classifier.windowLength, sampleRate: scorer.sampleRate }
  const settings = options.isStaLta ? await tuneStaLta(options.directories, 'dev', scorer, hooks) : undefined
  const configured: TriggerVariant = { strideSeconds: options.strideSeconds }
  const variants = [configured, ...(options.isTradeOff ? tradeOffVariants() : [])]
  const delays = new TraceDelays(variants, scorer, options.trigger)
  const ratios: LabelledScore[] = []
  const { windows, worst } = await scoreWindows(options, scorer, {
    ...hooks,
    onTrace: (trace) => {
      delays.add(trace)
      if (settings) ratios.push(...staLtaScores(trace, settings, shape))
      hooks.onTrace?.(trace)
    },
  })
  const [delay, ...tradeOff] = delays.results() as [TradeOff, ...TradeOff[]]
  const grouped = windows.map(({ label }, index) => ({ ...(ratios[index] as LabelledScore), group: label.group || label.name }))
  return {
    evaluation: summarise(windows, options.threshold),
    windows,
    worst,
    delay,
    tradeOff,
    staLta: settings && {
      settings,
      ...classificationMetrics(ratios, settings.on),
      confidence: bootstrapIntervals(grouped, settings.on),
    },
    staLtaScores: ratios,
  }
}

/**
 * The baseline at its best on a split.
 *
 * @returns undefined when the split lacks a class
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function tuneStaLta(
  directories: readonly string[],
  split: Split,
  scorer: WindowScorer,
  { onProblem }: LoadHooks,
): Promise<StaLtaSettings | undefined> {
  const tuning = new StaLtaTuning({ windowLength: scorer.classifier.windowLength, sampleRate: scorer.sampleRate })
  for await (const trace of gridTraces(directories, split, { sampleRate: scorer.sampleRate }, { onProblem })) {
    if (hasAllComponents(trace)) tuning.add(trace)
  }
  return tuning.best()
}
