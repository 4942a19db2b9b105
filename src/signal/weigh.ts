import { instantiateKernel, type KernelMemory, PAGE_BYTES } from './instantiate-kernel.ts'
import { WEIGH_WASM } from './weigh-wasm.ts'

/** Samples that can be laid out at once, weights and sums of one call. */
export const MOST_SAMPLES = 8192
/** Outputs that the kernel makes at a time. */
const EIGHT = 8
const BYTES = 8
const PAGE = PAGE_BYTES / BYTES

/** Where weights, sums and columns of samples lie in the kernel's memory, in doubles. */
const WEIGHTS = 128
const SUMS = WEIGHTS + MOST_SAMPLES
const COLUMNS = SUMS + MOST_SAMPLES + 2 * EIGHT

/** `assembly/weigh.ts`; `weights`, `from`, `pitch` and `sums` in bytes. */
interface Kernel {
  readonly memory: KernelMemory
  weigh(
    weights: number,
    taps: number,
    from: number,
    column: number,
    hop: number,
    pitch: number,
    count: number,
    sums: number,
  ): void
}

const kernel = instantiateKernel(WEIGH_WASM) as Kernel
let memory = new Float64Array(0)
let currentHop = 1
let currentPitch = 0

/**
 * Lays samples out for `weigh`, in `hop` columns: what was laid out before is gone. One memory for all channels.
 *
 * @param from first of the samples, `to` behind the last: at most `MOST_SAMPLES`
 */
export function layOut(samples: Float64Array, from: number, to: number, hop: number): void {
  currentHop = hop | 0
  // The kernel reads up to seven outputs too many.
  currentPitch = Math.ceil((to - from) / hop) + EIGHT
  reserve(COLUMNS + hop * currentPitch)
  for (let column = 0; column < currentHop; column++) {
    let at = (COLUMNS + column * currentPitch) | 0
    for (let i = (from + column) | 0; i < to; i = (i + currentHop) | 0) memory[at++] = samples[i]!
  }
}

/**
 * Sums of weights × samples, each from the first weight to the last: the n-th begins with sample `first` + n · hop of those that
 * are laid out.
 *
 * @param outputs where the `count` sums are written, from index `at` on, every `step`
 */
export function weigh(
  weights: Float64Array,
  first: number,
  count: number,
  outputs: Float64Array,
  at: number,
  step: number,
): void {
  memory.set(weights, WEIGHTS)
  const column = first % currentHop
  const from = COLUMNS + column * currentPitch + (first - column) / currentHop
  kernel.weigh(WEIGHTS * BYTES, weights.length, from * BYTES, column, currentHop, currentPitch * BYTES, count, SUMS * BYTES)
  for (let n = 0, to = at; n < count; n++, to += step) outputs[to] = memory[SUMS + n]!
}

function reserve(length: number): void {
  if (length <= memory.length) return
  kernel.memory.grow(Math.ceil((length - kernel.memory.buffer.byteLength / BYTES) / PAGE))
  memory = new Float64Array(kernel.memory.buffer)
}
