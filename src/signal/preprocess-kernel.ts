import type { Highpass } from './biquad.ts'
import { instantiateKernel, type KernelMemory, PAGE_BYTES } from './instantiate-kernel.ts'
import { PREPROCESS_WASM } from './preprocess-wasm.ts'

/** `assembly/preprocess.ts`; all addresses in bytes. */
interface Kernel {
  readonly memory: KernelMemory
  measure(from: number, rows: number, means: number): number
  filterForward(from: number, rows: number, offsets: number, to: number, b0: number, b1: number, a1: number, a2: number): void
  filterBackward(samples: number, rows: number, b0: number, b1: number, a1: number, a2: number): number
  scale(from: number, count: number, factor: number, to: number): void
}

const BYTES = Float64Array.BYTES_PER_ELEMENT
const MEANS = 64
/** Behind each array: vectors reach beyond its end. */
const MARGIN = 4

/** Arrays of one window in the memory of the kernel that works on them. What is in them does not outlive a call. */
export class PreprocessKernel {
  /** Source units, row-major [rows, 3]; to be filled by the caller. */
  readonly raw: Float64Array
  /** Of the three components. */
  readonly means: Float64Array
  /** Row-major [rows, 3]. */
  readonly samples: Float64Array
  /** Row-major [rows, 3], single precision. */
  readonly input: Float32Array
  readonly #kernel: Kernel
  readonly #rows: number

  constructor(rows: number) {
    this.#kernel = instantiateKernel(PREPROCESS_WASM) as Kernel
    this.#rows = rows
    const count = rows * 3
    const bytes = align((count + MARGIN) * BYTES)
    const { memory } = this.#kernel
    memory.grow(Math.ceil((MEANS + BYTES * MARGIN + 3 * bytes) / PAGE_BYTES))
    this.means = new Float64Array(memory.buffer, MEANS, 3)
    this.raw = new Float64Array(memory.buffer, align(MEANS + BYTES * MARGIN), count)
    this.samples = new Float64Array(memory.buffer, this.raw.byteOffset + bytes, count)
    this.input = new Float32Array(memory.buffer, this.samples.byteOffset + bytes, count)
  }

  /**
   * Means of `raw` into `means`. Sums are taken relative to the first row, so that a large offset costs no precision and a
   * constant's mean is exactly that constant.
   *
   * @returns a size that the largest absolute value does not exceed; not finite when a sample is not finite
   */
  measure(): number {
    return this.#kernel.measure(this.raw.byteOffset, this.#rows, MEANS)
  }

  /**
   * `filterHighpass` of each column less its mean, from the first row to the last, bit for bit; into `samples`.
   *
   * @param from `raw` or `samples`
   */
  filterForward({ b0, b1, a1, a2 }: Highpass, from: Float64Array): void {
    this.#kernel.filterForward(from.byteOffset, this.#rows, MEANS, this.samples.byteOffset, b0, b1, a1, a2)
  }

  /** `filterHighpass` of each column of `samples` in place, from the last row to the first. @returns the largest absolute value */
  filterBackward({ b0, b1, a1, a2 }: Highpass): number {
    return this.#kernel.filterBackward(this.samples.byteOffset, this.#rows, b0, b1, a1, a2)
  }

  /** `samples` times a factor into `input`. */
  scale(factor: number): void {
    this.#kernel.scale(this.samples.byteOffset, this.samples.length, factor, this.input.byteOffset)
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
