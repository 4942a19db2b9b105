import type { Convolution, Phase } from './convolution.ts'
import { inputPhases } from './convolution.ts'
import type { Kernels } from './kernels.ts'
import { NOTHING, PackedMatrix, wholeBlocks } from './packed-matrix.ts'
import { type Arena, BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/**
 * y = x ∗ kernel + bias: taps and channels of a convolution lie side by side in the input, so that every output row is one row of
 * a matrix product.
 */
export class Product {
  readonly terms: number
  readonly #kernels: Kernels
  readonly #convolution: Convolution
  readonly #weights: PackedMatrix
  readonly #bias: number

  constructor(kernels: Kernels, arena: Arena, convolution: Convolution, inputs: number, outputs: number) {
    this.#kernels = kernels
    this.#convolution = convolution
    this.terms = convolution.kernelSize * inputs
    this.#weights = new PackedMatrix(arena, this.terms, outputs, (term, output) => term * outputs + output)
    this.#bias = arena.allocate(wholeBlocks(outputs))
  }

  /** @param kernel row-major [kernelSize, inputs, outputs] */
  load(memory: Float32Array, kernel: Float32Array, bias: Float32Array | undefined): void {
    if (bias !== undefined) memory.set(bias, this.#bias / BYTES_PER_FLOAT)
    this.#weights.load(memory, kernel)
  }

  /** @param floor what lies below becomes it: 0 for a rectifier, −Infinity for none */
  run(x: Tensor, y: Tensor, samples: number, floor: number): void {
    const { strides, before } = this.#convolution
    const start = x.offset - before * x.rowBytes
    const { affine } = this.#kernels
    const { terms, offset: weights } = this.#weights
    if (y.rows === 1) {
      affine(start, x.sampleBytes, samples, terms, weights, this.#bias, y.offset, y.sampleBytes, y.channels, floor)
      return
    }
    const step = strides * x.rowBytes
    for (let s = 0; s < samples; s++) {
      const from = start + s * x.sampleBytes
      const to = y.offset + s * y.sampleBytes
      affine(from, step, y.rows, terms, weights, this.#bias, to, y.rowBytes, y.channels, floor)
    }
  }
}

/** A phase with its weights, packed with input and output channels exchanged. */
interface PackedPhase extends Phase {
  readonly weights: PackedMatrix
}

/** dx = dy ∗ kernel transposed: again a convolution per phase of the stride (see `inputPhases`). */
export class TransposedProduct {
  readonly #kernels: Kernels
  readonly #strides: number
  readonly #phases: readonly PackedPhase[]
  readonly #noBias: number

  /** @param width channels of dx; those beyond `inputs` become zero */
  constructor(kernels: Kernels, arena: Arena, convolution: Convolution, inputs: number, outputs: number, width = inputs) {
    this.#kernels = kernels
    this.#strides = convolution.strides
    this.#noBias = arena.allocate(wholeBlocks(width))
    this.#phases = inputPhases(convolution).map((phase) => ({
      ...phase,
      weights: new PackedMatrix(arena, phase.taps.length * outputs, width, (term, input) => {
        const t = Math.floor(term / outputs)
        return input < inputs ? (phase.taps[t]! * inputs + input) * outputs + (term % outputs) : NOTHING
      }),
    }))
  }

  /** @param kernel row-major [kernelSize, inputs, outputs] */
  load(memory: Float32Array, kernel: Float32Array): void {
    for (const phase of this.#phases) phase.weights.load(memory, kernel)
  }

  /** @param dy with the margins of `gradientMargins`, zero */
  run(dy: Tensor, dx: Tensor, samples: number): void {
    const { affine } = this.#kernels
    const none = this.#noBias
    for (const { firstInput, rows, firstOutput, weights: packed } of this.#phases) {
      const from = dy.offset + firstOutput * dy.rowBytes
      const to = dx.offset + firstInput * dx.rowBytes
      const { terms, offset: weights } = packed
      if (rows === 1) {
        affine(from, dy.sampleBytes, samples, terms, weights, none, to, dx.sampleBytes, dx.channels, -Infinity)
        continue
      }
      const step = this.#strides * dx.rowBytes
      for (let s = 0; s < samples; s++) {
        const source = from + s * dy.sampleBytes
        affine(source, dy.rowBytes, rows, terms, weights, none, to + s * dx.sampleBytes, step, dx.channels, -Infinity)
      }
    }
  }
}
