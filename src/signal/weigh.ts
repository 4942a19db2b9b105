import { instantiateKernel, type KernelMemory, PAGE_BYTES } from './instantiate-kernel.ts'
import { WEIGH_WASM } from './weigh-wasm.ts'

/** Samples that the workbench has room for, weights and sums of one call. */
export const MOST_SAMPLES = 8192
/** Outputs that the kernel makes at a time. */
const EIGHT = 8
const BYTES = Float64Array.BYTES_PER_ELEMENT

/** Where everything lies in the kernel's memory, in doubles. */
const WEIGHTS = 128
const SUMS = WEIGHTS + MOST_SAMPLES
const SAMPLES = SUMS + MOST_SAMPLES + 2 * EIGHT
const COLUMNS = SAMPLES + MOST_SAMPLES
/** However many columns there are, each begins with at least one sample and has eight places too many. */
const END = COLUMNS + (2 + EIGHT) * MOST_SAMPLES

/** `assembly/weigh.ts`; `weights`, `from`, `columns`, `pitch` and `sums` in bytes. */
interface Kernel {
  readonly memory: KernelMemory
  layOut(from: number, count: number, hop: number, columns: number, pitch: number): void
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
kernel.memory.grow(Math.ceil((END * BYTES) / PAGE_BYTES))
const memory = new Float64Array(kernel.memory.buffer, 0, END)
const sums = memory.subarray(SUMS, SAMPLES)
let currentHop = 1
let currentPitch = 0

/**
 * Where samples lie while they are weighed, whichever channel's they are: filled by the caller, used before anybody else can
 * fill it.
 */
export const workbench = memory.subarray(SAMPLES, COLUMNS)

/**
 * Lays samples of the workbench out for `weigh`, in `hop` columns: what was laid out before is gone.
 *
 * @param from first of the samples, `to` behind the last
 */
export function layOut(from: number, to: number, hop: number): void {
  currentHop = hop
  // The kernel reads up to seven outputs too many.
  currentPitch = Math.ceil((to - from) / hop) + EIGHT
  kernel.layOut((SAMPLES + from) * BYTES, to - from, hop, COLUMNS * BYTES, currentPitch * BYTES)
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
  for (let n = 0, to = at; n < count; n++, to += step) outputs[to] = sums[n]!
}
