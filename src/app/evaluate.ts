import { fitTemperature, type Reliability, reliability } from '../detection/calibration.ts'
import { type ClassificationMetrics, classificationMetrics } from '../detection/metrics.ts'
import { DatasetError } from '../domain/errors.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { bootstrapIntervals, type ConfidenceIntervals } from './evaluation/bootstrap.ts'
import { type Breakdown, breakdownOf } from './evaluation/breakdown.ts'
import { inputOf, type ScoredProtocolWindow, scoreTrace } from './evaluation/score-traces.ts'
import { WorstWindows } from './evaluation/worst-windows.ts'
import type { GridTrace } from './training/grid-trace.ts'
import { gridTraces, hasAllComponents, type LoadHooks } from './training/load-traces.ts'
import type { WindowScorer } from './window-scorer.ts'

export interface EvaluateOptions {
  /** Folders in SeisBench format. */
  readonly directories: readonly string[]
  readonly split: Split | 'all'
  /** A window is called an earthquake when its score is at or above it. */
  readonly threshold: number
  /** Also traces with a dead component. */
  readonly isPartialAccepted: boolean
}

/** What `evaluate --data` prints. */
export interface WindowEvaluation extends ClassificationMetrics {
  readonly threshold: number
  readonly byDataset: Readonly<Record<string, ClassificationMetrics>>
  /** 95 % intervals of the metrics above. */
  readonly confidence: ConfidenceIntervals
  readonly confidenceByDataset: Readonly<Record<string, ConfidenceIntervals>>
  readonly byStation: Readonly<Record<string, ClassificationMetrics>>
  readonly breakdown: Breakdown
  readonly reliability: Reliability
  /** Fitted on these very windows: what calibration could do at best here. */
  readonly temperature: number | null
}

export const DEFAULT_THRESHOLD = 0.5

/** All windows of a split with their scores, and the worst mistakes with what the network saw. */
export interface ScoredWindows {
  readonly windows: readonly ScoredProtocolWindow[]
  readonly worst: WorstWindows
}

export interface EvaluateHooks extends LoadHooks {
  /** Every trace whose windows were scored, for those who look at it in another way, too. */
  readonly onTrace?: (trace: GridTrace) => void
}

/**
 * Evaluates a model on labelled windows by the protocol of DESIGN §4.
 *
 * @throws {DatasetError} when a dataset cannot be read or has no windows in the split
 */
export async function evaluateWindows(
  options: EvaluateOptions,
  scorer: WindowScorer,
  hooks: EvaluateHooks,
): Promise<WindowEvaluation> {
  const { windows } = await scoreWindows(options, scorer, hooks)
  return summarise(windows, options.threshold)
}

/**
 * Scores every protocol window of a split, one trace after the other.
 *
 * @throws {DatasetError} when a dataset cannot be read or has no windows in the split
 */
export async function scoreWindows(options: EvaluateOptions, scorer: WindowScorer, hooks: EvaluateHooks): Promise<ScoredWindows> {
  const { directories, split, threshold, isPartialAccepted } = options
  const windows: ScoredProtocolWindow[] = []
  const worst = new WorstWindows(threshold)
  for await (const trace of gridTraces(directories, split, scorer, hooks)) {
    if (!isPartialAccepted && !hasAllComponents(trace)) continue
    for (const window of scoreTrace(trace, scorer)) {
      windows.push(window)
      worst.add(window, () => inputOf(trace, window.firstIndex, scorer))
    }
    hooks.onTrace?.(trace)
  }
  if (windows.length > 0) return { windows, worst }
  const where = directories.join(', ')
  throw new DatasetError(`evaluate: expected windows in split ${split}, got none (${where}); try --split all or --partial`)
}

/** Metrics over all windows, per dataset and per station, in the order of their names, and what lies behind them. */
export function summarise(windows: readonly ScoredProtocolWindow[], threshold: number): WindowEvaluation {
  const metrics = (group: readonly ScoredProtocolWindow[]) => classificationMetrics(group, threshold)
  const intervals = (group: readonly ScoredProtocolWindow[]) => intervalsOf(group, threshold)
  return {
    threshold,
    ...metrics(windows),
    byDataset: byName(windows, ({ label }) => label.dataset, metrics),
    confidence: intervals(windows),
    confidenceByDataset: byName(windows, ({ label }) => label.dataset, intervals),
    byStation: byName(windows, ({ label }) => label.station || 'unknown', metrics),
    breakdown: breakdownOf(windows, threshold),
    reliability: reliability(windows),
    temperature: fitTemperature(windows) ?? null,
  }
}

/** Windows of one event belong together; a trace without a group is one of its own. */
export function intervalsOf(windows: readonly ScoredProtocolWindow[], threshold: number): ConfidenceIntervals {
  return bootstrapIntervals(
    windows.map(({ score, isEarthquake, label }) => ({ score, isEarthquake, group: label.group || label.name })),
    threshold,
  )
}

function byName<T>(
  windows: readonly ScoredProtocolWindow[],
  nameOf: (window: ScoredProtocolWindow) => string,
  measure: (windows: readonly ScoredProtocolWindow[]) => T,
): Record<string, T> {
  const groups = new Map<string, ScoredProtocolWindow[]>()
  for (const window of windows) {
    const name = nameOf(window)
    const group = groups.get(name)
    if (group) group.push(window)
    else groups.set(name, [window])
  }
  return Object.fromEntries([...groups.keys()].sort().map((name) => [name, measure(groups.get(name) ?? [])]))
}
