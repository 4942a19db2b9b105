import type { Nanos } from '../../domain/time.ts'
import { MARK_STRIDE, type Run } from './run.ts'

const EARLIEST = -(2n ** 63n)

/**
 * The latest time before which at most `ordinal` records of all runs end, found from the marks alone. Starting there, at most one
 * stride of records per run has to be read over to stand at the ordinal exactly.
 */
export function seekTime(runs: readonly Run[], ordinal: number): Nanos {
  let low = EARLIEST
  let high = runs.reduce((latest, { lastEndTime }) => (lastEndTime > latest ? lastEndTime : latest), EARLIEST) + 1n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    const atMost = runs.reduce((sum, run) => sum + mostEndingBefore(run, middle), 0)
    if (atMost <= ordinal) low = middle
    else high = middle
  }
  return low
}

/** The last mark of a run at which all records before it end earlier than `time`. */
export function markBefore(run: Run, time: Nanos): number {
  return Math.max(0, marksEndingBefore(run, time) - 1)
}

/** Upper bound of the records that end before `time`. */
function mostEndingBefore(run: Run, time: Nanos): number {
  return Math.min(run.recordCount, marksEndingBefore(run, time) * MARK_STRIDE)
}

function marksEndingBefore(run: Run, time: Nanos): number {
  const { markEndTimes } = run
  let low = 0
  let high = markEndTimes.length
  while (low < high) {
    const middle = (low + high) >> 1
    const endTime = markEndTimes[middle]
    if (endTime !== undefined && endTime < time) low = middle + 1
    else high = middle
  }
  return low
}
