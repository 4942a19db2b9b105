import type { Kernels } from './kernels.ts'
import type { Step, Value } from './step.ts'
import { BYTES_PER_FLOAT } from './tensor.ts'

/** Max pooling. Padding rows of the input hold −Infinity, so that they never win. */
export class PoolingStep implements Step {
  readonly weightGradients: readonly Float32Array[] = []
  readonly #kernels: Kernels
  readonly #pool: { readonly size: number; readonly strides: number; readonly before: number }
  readonly #x: Value
  readonly #y: Value
  #memory: Float32Array = new Float32Array(0)

  constructor(kernels: Kernels, pool: { size: number; strides: number; before: number }, x: Value, y: Value) {
    this.#kernels = kernels
    this.#pool = pool
    this.#x = x
    this.#y = y
  }

  load(memory: Float32Array): void {
    this.#memory = memory
  }

  forward(samples: number): void {
    const { activation: x } = this.#x
    const { activation: y } = this.#y
    const { size, strides, before } = this.#pool
    for (let s = 0; s < samples; s++) {
      const from = x.offset - before * x.rowBytes + s * x.sampleBytes
      this.#kernels.maxPool(from, strides * x.rowBytes, size, y.rows, y.channels, y.offset + s * y.sampleBytes)
    }
  }

  backward(samples: number): void {
    const { activation: x, gradient: dx } = this.#x
    const dy = this.#y.gradient
    if (dx === undefined || dy === undefined) return
    const { size, strides, before } = this.#pool
    for (let s = 0; s < samples; s++) {
      const margin = before * x.rowBytes
      const from = x.offset + s * x.sampleBytes - margin
      const to = dx.offset + s * dx.sampleBytes
      const first = to / BYTES_PER_FLOAT
      this.#memory.fill(0, first, first + dx.rows * dx.channels)
      const gradients = dy.offset + s * dy.sampleBytes
      this.#kernels.maxPoolGradient(from, to - margin, strides * x.rowBytes, size, dy.rows, dy.channels, gradients)
    }
  }
}
