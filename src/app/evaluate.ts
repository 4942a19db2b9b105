import { type ClassificationMetrics, classificationMetrics, type LabelledScore } from '../detection/metrics.ts'
import { DatasetError } from '../domain/errors.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { type ScoredProtocolWindow, scoreTrace, type WindowScorer } from './evaluation/score-traces.ts'
import { gridTraces, hasAllComponents, type LoadHooks } from './training/load-traces.ts'

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
}

export const DEFAULT_THRESHOLD = 0.5

/**
 * Evaluates a model on labelled windows by the protocol of DESIGN §4.
 *
 * @throws {DatasetError} when a dataset cannot be read or has no windows in the split
 */
export async function evaluateWindows(
  options: EvaluateOptions,
  scorer: WindowScorer,
  hooks: LoadHooks,
): Promise<WindowEvaluation> {
  const { directories, split, threshold, isPartialAccepted } = options
  const windows: ScoredProtocolWindow[] = []
  for await (const trace of gridTraces(directories, split, scorer.sampleRate, hooks)) {
    if (isPartialAccepted || hasAllComponents(trace)) windows.push(...scoreTrace(trace, scorer))
  }
  if (windows.length > 0) return summarise(windows, threshold)
  const where = directories.join(', ')
  throw new DatasetError(`evaluate: expected windows in split ${split}, got none (${where}); try --split all or --partial`)
}

/** Metrics over all windows and per dataset, in the order of their names. */
export function summarise(windows: readonly ScoredProtocolWindow[], threshold: number): WindowEvaluation {
  const byDataset = new Map<string, LabelledScore[]>()
  for (const window of windows) {
    const group = byDataset.get(window.label.dataset)
    if (group) group.push(window)
    else byDataset.set(window.label.dataset, [window])
  }
  const names = [...byDataset.keys()].sort()
  return {
    threshold,
    ...classificationMetrics(windows, threshold),
    byDataset: Object.fromEntries(names.map((name) => [name, classificationMetrics(byDataset.get(name) ?? [], threshold)])),
  }
}
