import type { InstrumentId } from './source-id.ts'
import type { Micros } from './time.ts'
import type { Gap } from './trace.ts'

/** Components of a window, in the model's order. */
export const COMPONENTS = ['Z', 'N', 'E'] as const

/** Three components of one instrument on the absolute grid, interleaved [samples, 3] in the order Z, N, E. */
export interface Frame {
  readonly kind: 'frame'
  readonly instrument: InstrumentId
  /** Grid index of the first row: time = firstIndex / gridRate seconds since 1970. */
  readonly firstIndex: number
  /** Row-major [count, 3], source units. */
  readonly samples: Float64Array
}

/** An instrument's frames stop being contiguous here. */
export interface FrameGap {
  readonly kind: 'gap'
  readonly instrument: InstrumentId
  readonly cause: Gap['cause'] | 'component'
}

export type FramePiece = Frame | FrameGap

/** Fixed length, three components, in source units; never spans a gap. */
export interface Window {
  readonly kind: 'window'
  readonly instrument: InstrumentId
  /** Grid index of the first row. */
  readonly firstIndex: number
  /** Time of the first row. */
  readonly startTime: Micros
  /** Row-major [windowLength, 3], source units; owned by the receiver until the next window of the instrument. */
  readonly samples: Float64Array
}

export type WindowPiece = Window | FrameGap

/** A window as the network sees it: preprocessed, float32, row-major [windowLength, 3]. */
export interface PreparedWindow {
  readonly kind: 'prepared'
  readonly window: Window
  readonly input: Float32Array
  /** False for windows without energy (all zero, constant) or with non-finite samples: they are not classified, their score is 0. */
  readonly isUsable: boolean
}

export interface ScoredWindow {
  readonly kind: 'scored'
  readonly instrument: InstrumentId
  readonly window: Window
  readonly input: Float32Array
  /** 0–1, of an earthquake in the window: what the network says, with a second opinion and weighed by the window's onset where the model's card asks for it. */
  readonly score: number
  /** What the second model said, 0–1; absent when it was not asked. */
  readonly secondOpinion?: number
  /** In its newest rows; looked for where the score is not below `ONSET_FLOOR`. */
  readonly arrival?: Arrival
}

/** Where the ground becomes louder at once: P or S of an earthquake, perhaps in the coda of another. */
export interface Arrival {
  readonly time: Micros
  /** Power of the seconds after it over power of the seconds before it; at least `LEAST_ARRIVAL_RATIO`. */
  readonly powerRatio: number
}

/** As it is stored beside the scores. */
export interface WindowArrival extends Arrival {
  /** End of the window that it was found in. */
  readonly windowEnd: Micros
}

/** Windows with a lower score, weighed, have no arrival: no sensible trigger begins a detection at one. */
export const ONSET_FLOOR = 0.2
/** Noise rises and falls by less than this all the time. */
export const LEAST_ARRIVAL_RATIO = 2

export type ScoredPiece = ScoredWindow | FrameGap
