import type { SampleBlocks } from './sample-blocks.ts'

/** Seconds of waveform and score that a row of the page shows. */
export const SHOWN_SECONDS = 120

/** What the traces are drawn from; plain, because it changes far more often than it is looked at. */
export interface LiveTraces {
  /** Hz. */
  readonly rate: number
  /** Z, N, E on the grid; sample i is at i / rate seconds since 1970. */
  readonly samples: SampleBlocks
  /** Score i is of the window that ends at i · stride seconds since 1970. */
  readonly scores: SampleBlocks
  /** Seconds. */
  readonly stride: number
  /** Seconds before the newest sample that are worth keeping. */
  keptSeconds: number
}
