import type { SourceId } from './source-id.ts'
import type { Micros, Nanos } from './time.ts'

/** Decoded samples of one channel, in the units of the source (counts, m/s, …). */
export type Samples = Int32Array | Float32Array | Float64Array

/**
 * One miniSEED record, decoded. `startTime` is the first sample's time with header corrections applied.
 * A record without samples (sampleRate 0 or an event record) never gets here.
 */
export interface TraceRecord {
  readonly kind: 'record'
  readonly sourceId: SourceId
  readonly startTime: Nanos
  /** Hz, > 0. */
  readonly sampleRate: number
  /** Valid until the next record, whose samples may take the same memory: who keeps them copies them. */
  readonly samples: Samples
  /** Timing quality in percent (blockette 1001 or extra header), when given. */
  readonly timingQuality?: number | undefined
  /** When its packet arrived: reported, never decided by; absent for archives. */
  readonly receivedAt?: Micros | undefined
}

/** Contiguous samples that continue the previous segment of the channel, or begin after a `Gap`. */
export interface Segment {
  readonly kind: 'segment'
  readonly sourceId: SourceId
  readonly startTime: Nanos
  /** Hz, > 0. */
  readonly sampleRate: number
  /** Valid until the next one, like those of the record that they come from. */
  readonly samples: Samples
}

/**
 * Why a trace is interrupted: `missing` data never came; `tear` clock drifted beyond half a sample; `rate` sample rate changed;
 * `reset` the stream jumped back or was restarted by hand.
 */
export type GapCause = 'missing' | 'tear' | 'rate' | 'reset'

/** A value that flows down the pipeline; every stateful stage resets on it. */
export interface Gap {
  readonly kind: 'gap'
  readonly sourceId: SourceId
  /** When the first missing sample was due. */
  readonly startTime: Nanos
  /** When data go on (first sample after the gap). */
  readonly endTime: Nanos
  readonly cause: GapCause
}

export type TracePiece = Segment | Gap

/**
 * Samples of one channel on the absolute grid of the model: sample `firstIndex + i` is at
 * (firstIndex + i) / gridRate seconds since 1970.
 */
export interface GridSegment {
  readonly kind: 'grid'
  readonly sourceId: SourceId
  readonly firstIndex: number
  readonly samples: Float64Array
}

export type GridPiece = GridSegment | Gap
