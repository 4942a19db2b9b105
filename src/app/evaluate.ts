import { type ClassificationMetrics, classificationMetrics, type LabelledScore } from '../detection/metrics.ts'
import { DatasetError } from '../domain/errors.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type LabelledTrace, openSeisbenchDataset } from '../io/seisbench/dataset.ts'
import type { Split } from '../io/seisbench/trace-label.ts'
import { type ScoredProtocolWindow, scoreTraces, type WindowScorer } from './evaluation/score-traces.ts'
import { type GridTrace, toGridTrace } from './training/grid-trace.ts'

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
 * @throws {DatasetError} when a dataset cannot be read or nothing of the split is in it
 */
export async function evaluateWindows(
  options: EvaluateOptions,
  scorer: WindowScorer,
  onProblem: OnProblem,
): Promise<WindowEvaluation> {
  const windows: ScoredProtocolWindow[] = []
  for (const directory of options.directories) {
    const dataset = await openSeisbenchDataset(directory, onProblem)
    try {
      const traces = dataset.traces(({ split }) => options.split === 'all' || split === options.split)
      for (const window of scoreTraces(onGrid(traces, options, scorer, onProblem), scorer)) windows.push(window)
    } finally {
      dataset.close()
    }
  }
  if (windows.length === 0) {
    throw new DatasetError(
      `evaluate: expected windows in split ${options.split}, got none (${options.directories.join(', ')}); try --split all`,
    )
  }
  return summarise(windows, options.threshold)
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

function* onGrid(
  traces: Iterable<LabelledTrace>,
  { isPartialAccepted }: EvaluateOptions,
  { sampleRate }: WindowScorer,
  onProblem: OnProblem,
): Generator<GridTrace> {
  for (const trace of traces) {
    if (!isPartialAccepted && trace.isLive.includes(false)) continue
    const gridTrace = toGridTrace(trace, sampleRate, onProblem)
    if (gridTrace) yield gridTrace
  }
}
