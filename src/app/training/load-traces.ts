import type { OnProblem } from '../../domain/problem.ts'
import { openSeisbenchDataset } from '../../io/seisbench/dataset.ts'
import type { Split } from '../../io/seisbench/trace-label.ts'
import { type GridTrace, toGridTrace } from './grid-trace.ts'

/**
 * The traces of a split from all datasets, on the grid, one after the other.
 *
 * @param gridRate Hz
 * @throws {DatasetError} when a dataset cannot be read
 */
export async function* gridTraces(
  directories: readonly string[],
  split: Split | 'all',
  gridRate: number,
  onProblem: OnProblem,
): AsyncGenerator<GridTrace> {
  for (const directory of directories) {
    const dataset = await openSeisbenchDataset(directory, onProblem)
    try {
      for (const trace of dataset.traces((label) => split === 'all' || label.split === split)) {
        const gridTrace = toGridTrace(trace, gridRate, onProblem)
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
