import type { Tensor } from './tensor.ts'

/** What lies between two layers: the values and, where it is wanted, the gradient of the loss with respect to them. */
export interface Value {
  readonly activation: Tensor
  readonly gradient: Tensor | undefined
}

/** One layer at work in the kernels' memory. Samples are the first ones of its tensors. */
export interface Step {
  /** Copies the layer's weights into the memory, in the order of `weightSpecs`. */
  load(memory: Float32Array, weights: readonly Float32Array[]): void
  /** Input values → output values. */
  forward(samples: number): void
  /**
   * Output gradient → input gradient (where there is one) and, in training, added to the weights' gradients.
   * Destroys the output gradient.
   */
  backward(samples: number): void
  /** Where the weights' gradients are summed, in the order of `weightSpecs`; empty when nothing is learned. */
  readonly weightGradients: readonly Float32Array[]
}
