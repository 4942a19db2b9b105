import type { OnProblem } from '../../domain/problem.ts'
import { openSeisbenchDataset } from '../../io/seisbench/dataset.ts'
import type { Split, TraceLabel } from '../../io/seisbench/trace-label.ts'
import { type GridRates, type GridTrace, toGridTraces } from './grid-trace.ts'

export interface LoadHooks {
  readonly onProblem: OnProblem
  /** After every trace: `share` of the split has been read. */
  readonly onLoad?: (share: number) => void
}

/**
 * The traces of a split from all datasets, on the grid, one after the other.
 *
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function* gridTraces(
  directories: readonly string[],
  split: Split | 'all',
  rates: GridRates,
  { onProblem, onLoad }: LoadHooks,
): AsyncGenerator<GridTrace> {
  for (const [index, directory] of directories.entries()) {
    const dataset = await openSeisbenchDataset(directory, onProblem)
    try {
      const isWanted = (label: TraceLabel) => split === 'all' || label.split === split
      const count = dataset.labels.filter(isWanted).length
      let read = 0
      for (const trace of dataset.traces(isWanted)) {
        onLoad?.((index + ++read / count) / directories.length)
        const gridTrace = toGridTraces(trace, rates, onProblem)
        if (gridTrace) yield gridTrace
      }
    } finally {
      dataset.close()
    }
  }
}

/** What the window protocol and the dev split look at unless asked otherwise. */
export function hasAllComponents({ isLive }: GridTrace): boolean {
  return !isLive.includes(false)
}
