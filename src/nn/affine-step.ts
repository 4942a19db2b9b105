import type { Convolution, Phase } from './convolution.ts'
import { inputPhases } from './convolution.ts'
import { sigmoid } from './exponential.ts'
import type { Kernels } from './kernels.ts'
import type { Activation } from './network.ts'
import { PackedMatrix, wholeBlocks } from './packed-matrix.ts'
import type { Step, Value } from './step.ts'
import { type Arena, BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/** A phase of the input gradient with its weights, packed with input and output channels exchanged. */
interface PackedPhase extends Phase {
  readonly weights: PackedMatrix
}

/**
 * Dense and 1-D convolution. Both are the `affine` kernel: taps and channels of a convolution lie side by side in the input, and
 * the input gradient is again a convolution per phase of the stride (see `inputPhases`).
 */
export class AffineStep implements Step {
  weightGradients: readonly Float32Array[] = []
  readonly #kernels: Kernels
  readonly #convolution: Convolution
  readonly #activation: Activation
  readonly #x: Value
  readonly #y: Value
  readonly #weights: PackedMatrix
  readonly #bias: number
  readonly #noBias: number
  readonly #phases: readonly PackedPhase[]
  readonly #gradient: { readonly kernel: number; readonly bias: number } | undefined
  #memory: Float32Array = new Float32Array(0)

  /**
   * @param activation softmax is the caller's business: the step gives what goes into it
   * @param isTrained sums weight gradients in `backward`
   */
  constructor(
    kernels: Kernels,
    arena: Arena,
    convolution: Convolution,
    activation: Activation,
    x: Value,
    y: Value,
    isTrained: boolean,
  ) {
    const inputs = x.activation.channels
    const outputs = y.activation.channels
    this.#kernels = kernels
    this.#convolution = convolution
    this.#activation = activation
    this.#x = x
    this.#y = y
    const terms = convolution.kernelSize * inputs
    this.#weights = new PackedMatrix(arena, terms, outputs, (term, output) => term * outputs + output)
    this.#bias = arena.allocate(wholeBlocks(outputs))
    this.#noBias = arena.allocate(wholeBlocks(inputs))
    const phases = x.gradient === undefined ? [] : inputPhases(convolution)
    this.#phases = phases.map((phase) => ({
      ...phase,
      weights: new PackedMatrix(arena, phase.taps.length * outputs, inputs, (term, input) => {
        const t = Math.floor(term / outputs)
        return (phase.taps[t]! * inputs + input) * outputs + (term % outputs)
      }),
    }))
    this.#gradient = isTrained ? { kernel: arena.allocate(terms * outputs), bias: arena.allocate(outputs) } : undefined
  }

  load(memory: Float32Array, weights: readonly Float32Array[]): void {
    const [kernel = new Float32Array(0), bias] = weights
    this.#memory = memory
    if (bias !== undefined) memory.set(bias, this.#bias / BYTES_PER_FLOAT)
    this.#weights.load(memory, kernel)
    for (const phase of this.#phases) phase.weights.load(memory, kernel)
    if (this.#gradient !== undefined) {
      const views = [view(memory, this.#gradient.kernel, kernel.length)]
      if (bias !== undefined) views.push(view(memory, this.#gradient.bias, bias.length))
      this.weightGradients = views
    }
  }

  forward(samples: number): void {
    const { activation: x } = this.#x
    const { activation: y } = this.#y
    const { strides, before } = this.#convolution
    const floor = this.#activation === 'relu' ? 0 : -Infinity
    const start = x.offset - before * x.rowBytes
    const { affine } = this.#kernels
    const { terms, offset: weights } = this.#weights
    if (y.rows === 1) {
      affine(start, x.sampleBytes, samples, terms, weights, this.#bias, y.offset, y.sampleBytes, y.channels, floor)
    } else {
      const step = strides * x.rowBytes
      for (let s = 0; s < samples; s++) {
        const from = start + s * x.sampleBytes
        const to = y.offset + s * y.sampleBytes
        affine(from, step, y.rows, terms, weights, this.#bias, to, y.rowBytes, y.channels, floor)
      }
    }
    if (this.#activation === 'sigmoid') mapRows(this.#memory, y, samples, sigmoid)
  }

  backward(samples: number): void {
    const dy = this.#y.gradient
    if (dy === undefined) return
    this.#activationGradient(dy, samples)
    if (this.#gradient !== undefined) this.#addWeightGradients(dy, samples, this.#gradient)
    if (this.#x.gradient !== undefined) this.#inputGradient(dy, this.#x.gradient, samples)
  }

  #activationGradient(dy: Tensor, samples: number): void {
    const { activation: y } = this.#y
    const count = y.rows * y.channels
    for (let s = 0; s < samples; s++) {
      const values = y.offset + s * y.sampleBytes
      const gradients = dy.offset + s * dy.sampleBytes
      if (this.#activation === 'relu') this.#kernels.rectifierGradient(values, gradients, count)
      if (this.#activation === 'sigmoid') sigmoidGradient(this.#memory, values, gradients, count)
    }
  }

  #addWeightGradients(dy: Tensor, samples: number, gradient: { readonly kernel: number; readonly bias: number }): void {
    const { activation: x } = this.#x
    const { strides, before } = this.#convolution
    this.#kernels.weightGradient(
      x.offset - before * x.rowBytes,
      x.sampleBytes,
      strides * x.rowBytes,
      dy.offset,
      dy.sampleBytes,
      dy.rowBytes,
      samples,
      dy.rows,
      this.#weights.terms,
      dy.channels,
      gradient.kernel,
    )
    this.#kernels.biasGradient(dy.offset, dy.sampleBytes, samples, dy.rows, dy.channels, gradient.bias)
  }

  #inputGradient(dy: Tensor, dx: Tensor, samples: number): void {
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
      const step = this.#convolution.strides * dx.rowBytes
      for (let s = 0; s < samples; s++) {
        const source = from + s * dy.sampleBytes
        affine(source, dy.rowBytes, rows, terms, weights, none, to + s * dx.sampleBytes, step, dx.channels, -Infinity)
      }
    }
  }
}

function view(memory: Float32Array, offset: number, floats: number): Float32Array {
  return memory.subarray(offset / BYTES_PER_FLOAT, offset / BYTES_PER_FLOAT + floats)
}

function mapRows(memory: Float32Array, tensor: Tensor, samples: number, f: (x: number) => number): void {
  for (let s = 0; s < samples; s++) {
    const start = (tensor.offset + s * tensor.sampleBytes) / BYTES_PER_FLOAT
    for (let i = start; i < start + tensor.rows * tensor.channels; i++) memory[i] = f(memory[i]!)
  }
}

function sigmoidGradient(memory: Float32Array, values: number, gradients: number, count: number): void {
  const y = values / BYTES_PER_FLOAT
  const dy = gradients / BYTES_PER_FLOAT
  for (let i = 0; i < count; i++) memory[dy + i] = memory[dy + i]! * memory[y + i]! * (1 - memory[y + i]!)
}
