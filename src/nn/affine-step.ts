import type { Convolution } from './convolution.ts'
import { sigmoid } from './exponential.ts'
import type { Kernels } from './kernels.ts'
import type { Activation } from './network.ts'
import { Product, TransposedProduct } from './products.ts'
import type { Step, Value } from './step.ts'
import { type Arena, BYTES_PER_FLOAT, type Tensor } from './tensor.ts'

/** Dense and 1-D convolution, which are the same product. */
export class AffineStep implements Step {
  weightGradients: readonly Float32Array[] = []
  readonly #kernels: Kernels
  readonly #convolution: Convolution
  readonly #activation: Activation
  readonly #x: Value
  readonly #y: Value
  readonly #product: Product
  readonly #transposed: TransposedProduct | undefined
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
    this.#product = new Product(kernels, arena, convolution, inputs, outputs)
    this.#transposed = x.gradient && new TransposedProduct(kernels, arena, convolution, inputs, outputs)
    const kernelSize = this.#product.terms * outputs
    this.#gradient = isTrained ? { kernel: arena.allocate(kernelSize), bias: arena.allocate(outputs) } : undefined
  }

  load(memory: Float32Array, weights: readonly Float32Array[]): void {
    const [kernel = new Float32Array(0), bias] = weights
    this.#memory = memory
    this.#product.load(memory, kernel, bias)
    this.#transposed?.load(memory, kernel)
    if (this.#gradient !== undefined) {
      const views = [view(memory, this.#gradient.kernel, kernel.length)]
      if (bias !== undefined) views.push(view(memory, this.#gradient.bias, bias.length))
      this.weightGradients = views
    }
  }

  forward(samples: number): void {
    const { activation: y } = this.#y
    this.#product.run(this.#x.activation, y, samples, this.#activation === 'relu' ? 0 : -Infinity)
    if (this.#activation === 'sigmoid') mapRows(this.#memory, y, samples, sigmoid)
  }

  backward(samples: number): void {
    const dy = this.#y.gradient
    if (dy === undefined) return
    this.#activationGradient(dy, samples)
    if (this.#gradient !== undefined) this.#addWeightGradients(dy, samples, this.#gradient)
    if (this.#x.gradient !== undefined) this.#transposed?.run(dy, this.#x.gradient, samples)
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
      this.#product.terms,
      dy.channels,
      gradient.kernel,
    )
    this.#kernels.biasGradient(dy.offset, dy.sampleBytes, samples, dy.rows, dy.channels, gradient.bias)
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
