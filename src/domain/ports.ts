import type { Micros } from './time.ts'

/** Reports time; decides nothing. */
export interface Clock {
  now(): Micros
}

/** The network behind one port; engines differ in speed only. */
export interface Classifier {
  /** Rows of one input window. */
  readonly windowLength: number
  /** Columns of one input window (3: Z, N, E). */
  readonly channels: number
  /**
   * @param windows row-major [count, windowLength, channels]
   * @returns probabilities [count]; the array is reused by the next call
   */
  classify(windows: Float32Array, count: number): Float32Array
}

/** Says which samples of a window the network's answer rests on. */
export interface Explainer {
  /** Of the LRP rule. */
  readonly beta: number
  /**
   * A pure function of the window.
   *
   * @param window row-major [windowLength, channels], preprocessed
   * @returns relevance of each sample, same layout, from 1 at the logit; the array is reused by the next call
   */
  relevance(window: Float32Array): Float32Array
}

/**
 * Where one stateful stage keeps what a restart must bring back. `initial` is the state saved under this key, if any;
 * `onSave` registers how to take it. State is plain data (numbers, strings, bigints, typed arrays, arrays, objects).
 */
export interface StateSlot {
  readonly initial: unknown
  onSave(snapshot: () => unknown): void
  release(): void
}

/** Key of stages that serve the whole network instead of one station. */
export const NETWORK = '*'

/** Hands each stage its slot by stage name and key (`merge`, `FDSN:…`). */
export interface PipelineState {
  slot(stage: string, key: string): StateSlot
  /** Keys under which a stage has something to bring back and has not asked for it yet. */
  saved(stage: string): string[]
}

/** For replay and tests: nothing is brought back, nothing is saved. */
export const FORGETFUL_STATE: PipelineState = {
  slot: () => ({ initial: undefined, onSave() {}, release() {} }),
  saved: () => [],
}
