import type { SourceId } from './source-id.ts'
import type { Micros } from './time.ts'

/**
 * Why samples are missing between two that were accepted:
 *
 * `notReceived` no server sent them · `skippedByServer` they were missing when the link came back, and the server did not give
 * them when asked again · `overflow` they came and a full queue lost them · `rejected:<code>` they came and could not be used
 * (`LATE` beyond the horizon, `TIME_ABSURD`, or the code of the decoder's problem) · `timeTear` the clock drifted by more than
 * half a sample · `timeReset` it was set back · `rateChange` another sample rate begins.
 */
export type TraceGapCause =
  | 'notReceived'
  | 'skippedByServer'
  | 'overflow'
  | `rejected:${string}`
  | 'timeTear'
  | 'timeReset'
  | 'rateChange'

/** A hole in what was accepted of one channel, for the accounts; the pipeline's own value is `Gap`. */
export interface TraceGap {
  readonly sourceId: SourceId
  /** When the first missing sample was due. */
  readonly startTime: Micros
  /** First sample after it. Before `startTime` when the clock was set back. */
  readonly endTime: Micros
  readonly cause: TraceGapCause
}
