/** Stochastic gradient descent as Keras has it: v ← momentum · v − rate · g, w ← w + v (Nesterov: w ← w + momentum · v − rate · g). */
export interface SgdOptions {
  readonly kind: 'sgd'
  readonly learningRate: number
  readonly momentum?: number
  readonly nesterov?: boolean
  /** Decoupled: kernels lose rate · weightDecay of themselves in every step. */
  readonly weightDecay?: number
}

/** Adam (Kingma & Ba 2015); with weightDecay AdamW (Loshchilov & Hutter 2019). */
export interface AdamOptions {
  readonly kind: 'adam'
  readonly learningRate: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  /** Decoupled: kernels lose rate · weightDecay of themselves in every step. */
  readonly weightDecay?: number
}

export type OptimiserOptions = SgdOptions | AdamOptions

/** Keras' defaults. */
const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-7

/** Changes one array of weights after another by its gradients; keeps what it remembers per array. */
export interface Optimiser {
  /** Begins a step that updates every array once. */
  beginStep(learningRate: number): void
  /**
   * @param index of the array, the same one in every step
   * @param decays whether weight decay applies (kernels, not biases)
   */
  update(index: number, weights: Float32Array, gradients: Float32Array, decays: boolean): void
}

export function createOptimiser(options: OptimiserOptions): Optimiser {
  return options.kind === 'sgd' ? new Sgd(options) : new Adam(options)
}

class Sgd implements Optimiser {
  readonly #momentum: number
  readonly #nesterov: boolean
  readonly #weightDecay: number
  readonly #velocities: Float32Array[] = []
  #rate = 0

  constructor({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions) {
    this.#momentum = momentum
    this.#nesterov = nesterov
    this.#weightDecay = weightDecay
  }

  beginStep(learningRate: number): void {
    this.#rate = learningRate
  }

  update(index: number, weights: Float32Array, gradients: Float32Array, decays: boolean): void {
    const rate = this.#rate
    const momentum = this.#momentum
    const kept = decays ? 1 - rate * this.#weightDecay : 1
    this.#velocities[index] ??= new Float32Array(weights.length)
    const velocities = this.#velocities[index]
    for (let i = 0; i < weights.length; i++) {
      const step = -rate * gradients[i]!
      const velocity = momentum * velocities[i]! + step
      velocities[i] = velocity
      weights[i] = weights[i]! * kept + (this.#nesterov ? momentum * velocity + step : velocity)
    }
  }
}

class Adam implements Optimiser {
  readonly #beta1: number
  readonly #beta2: number
  readonly #epsilon: number
  readonly #weightDecay: number
  readonly #means: Float32Array[] = []
  readonly #squares: Float32Array[] = []
  #beta1Power = 1
  #beta2Power = 1
  #rate = 0

  constructor({ beta1 = BETA1, beta2 = BETA2, epsilon = EPSILON, weightDecay = 0 }: AdamOptions) {
    this.#beta1 = beta1
    this.#beta2 = beta2
    this.#epsilon = epsilon
    this.#weightDecay = weightDecay
  }

  beginStep(learningRate: number): void {
    this.#rate = learningRate
    this.#beta1Power *= this.#beta1
    this.#beta2Power *= this.#beta2
  }

  update(index: number, weights: Float32Array, gradients: Float32Array, decays: boolean): void {
    const beta1 = this.#beta1
    const beta2 = this.#beta2
    const kept = decays ? 1 - this.#rate * this.#weightDecay : 1
    const meanScale = this.#rate / (1 - this.#beta1Power)
    const squareScale = 1 / (1 - this.#beta2Power)
    this.#means[index] ??= new Float32Array(weights.length)
    this.#squares[index] ??= new Float32Array(weights.length)
    const means = this.#means[index]
    const squares = this.#squares[index]
    for (let i = 0; i < weights.length; i++) {
      const gradient = gradients[i]!
      const mean = beta1 * means[i]! + (1 - beta1) * gradient
      const square = beta2 * squares[i]! + (1 - beta2) * gradient * gradient
      means[i] = mean
      squares[i] = square
      weights[i] = weights[i]! * kept - (meanScale * mean) / (Math.sqrt(square * squareScale) + this.#epsilon)
    }
  }
}
