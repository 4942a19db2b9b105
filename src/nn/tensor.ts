import { EngineError } from '../domain/errors.ts'
import type { Kernels } from './kernels.ts'
import type { Shape } from './network.ts'

/** Rows before the first and after the last one of every sample, which padding may read. */
export interface Margins {
  readonly before: number
  readonly after: number
}

/** Where the values of some samples lie in the kernels' memory: row-major [sample][before + rows + after][channels]. */
export interface Tensor extends Shape, Margins {
  /** Byte offset of the first sample's first row (behind the margin). */
  readonly offset: number
  readonly rowBytes: number
  readonly sampleBytes: number
}

export const BYTES_PER_FLOAT = 4
const PAGE_BYTES = 65_536
const ALIGNMENT = 64
/** Vector loads may read this far behind the last value. */
const SLACK_BYTES = 64
export const NO_MARGINS: Margins = { before: 0, after: 0 }

/** Lays out the memory of one instance of the kernels: first everything is allocated, then `open` makes it usable. */
export class Arena {
  #end: number
  readonly #padding: { readonly offset: number; readonly floats: number; readonly value: number }[] = []

  /** @param firstFree of the kernels */
  constructor(firstFree: number) {
    this.#end = Math.ceil(firstFree / ALIGNMENT) * ALIGNMENT
  }

  /** @returns byte offset of `floats` zeros */
  allocate(floats: number): number {
    const offset = this.#end
    this.#end = Math.ceil((offset + floats * BYTES_PER_FLOAT) / ALIGNMENT) * ALIGNMENT
    return offset
  }

  /** @param padding value of the margins, which nobody writes afterwards */
  allocateTensor(shape: Shape, samples: number, margins: Margins, padding = 0): Tensor {
    const rowBytes = shape.channels * BYTES_PER_FLOAT
    const sampleBytes = (margins.before + shape.rows + margins.after) * rowBytes
    const floats = (sampleBytes * samples) / BYTES_PER_FLOAT
    const start = this.allocate(floats)
    if (padding !== 0) this.#padding.push({ offset: start, floats, value: padding })
    return { ...shape, ...margins, offset: start + margins.before * rowBytes, rowBytes, sampleBytes }
  }

  /**
   * @returns all of the memory as floats
   * @throws {EngineError} when there is not so much
   */
  open(kernels: Kernels): Float32Array {
    const missing = this.#end + SLACK_BYTES - kernels.memory.buffer.byteLength
    if (missing > 0) growMemory(kernels, Math.ceil(missing / PAGE_BYTES))
    const memory = new Float32Array(kernels.memory.buffer)
    for (const { offset, floats, value } of this.#padding) {
      memory.fill(value, offset / BYTES_PER_FLOAT, offset / BYTES_PER_FLOAT + floats)
    }
    return memory
  }
}

function growMemory({ memory }: Kernels, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    const megabytes = Math.round((pages * PAGE_BYTES) / 1e6)
    throw new EngineError(`builtin engine: expected ${megabytes} MB of memory for this network, got none`, { megabytes }, cause)
  }
}

/** The same values as one row per sample. */
export function flattened(tensor: Tensor): Tensor {
  const channels = tensor.rows * tensor.channels
  return { ...tensor, ...NO_MARGINS, rows: 1, channels, rowBytes: channels * BYTES_PER_FLOAT }
}
