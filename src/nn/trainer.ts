import { EngineError, ModelFormatError } from '../domain/errors.ts'
import { sigmoid, softplus } from './exponential.ts'
import { Graph } from './graph.ts'
import type { Network } from './network.ts'
import { createOptimiser, type Optimiser, type OptimiserOptions } from './optimiser.ts'
import { Random } from './random.ts'
import { BYTES_PER_FLOAT } from './tensor.ts'

export interface TrainerOptions {
  readonly optimiser: OptimiserOptions
  /** Largest number of samples in a step. */
  readonly batchSize: number
  /** Of the dropout. */
  readonly seed: number
}

/** Samples whose values stay in the cache between forward and backward pass; gradients are summed over such groups. */
const GROUP = 8

/**
 * Trains a network in the builtin engine's kernels on one thread: binary cross-entropy, mean over the batch. The same network,
 * data and seed give the same bytes on every machine.
 */
export class Trainer {
  /** Takes effect with the next step; schedules set it. */
  learningRate: number
  readonly #architecture: Network
  readonly #weights: readonly (readonly Float32Array[])[]
  readonly #batchSize: number
  readonly #optimiser: Optimiser
  readonly #graph: Graph
  #steps = 0

  /**
   * @param network start weights; not changed
   * @param wasm content of `kernels.wasm`
   * @throws {ModelFormatError} when the network has batch normalisation, which can be used but not trained
   * @throws {EngineError} when the runtime has no WebAssembly SIMD
   */
  constructor(network: Network, wasm: Uint8Array, { optimiser, batchSize, seed }: TrainerOptions) {
    const normalisation = network.layers.find((layer) => layer.kind === 'batchNormalization')
    if (normalisation !== undefined) {
      throw new ModelFormatError(
        `layer "${normalisation.name}": expected a layer that can be trained here, got batch normalisation; train this network elsewhere or leave the layer out`,
        { layer: normalisation.name },
      )
    }
    this.learningRate = optimiser.learningRate
    this.#architecture = network
    this.#weights = copied(network.weights)
    this.#batchSize = batchSize
    this.#optimiser = createOptimiser(optimiser)
    const dropout = new Random(seed)
    this.#graph = new Graph(network, wasm, { capacity: Math.min(GROUP, batchSize), gradients: 'weights', dropout })
  }

  /**
   * One step of the optimiser.
   *
   * @param inputs row-major [count, windowLength, channels]
   * @param targets probability of an earthquake [count], 0–1
   * @param sampleWeights [count], all 1 when absent
   * @returns Σ weight · cross-entropy / count, before the step
   * @throws {EngineError} when the sizes do not fit together or the loss is no longer finite; the weights are unchanged then
   */
  step(inputs: Float32Array, targets: Float32Array, sampleWeights?: Float32Array): number {
    const count = targets.length
    this.#checkSizes(inputs, count, sampleWeights)
    const gradients = this.#graph.weightGradients()
    for (const array of gradients.flat()) array.fill(0)
    let loss = 0
    for (let first = 0; first < count; first += this.#graph.capacity) {
      const samples = Math.min(this.#graph.capacity, count - first)
      this.#copyIn(inputs, first, samples)
      this.#graph.forward(samples)
      for (let s = 0; s < samples; s++) {
        loss += this.#lossAndGradient(s, targets[first + s]!, (sampleWeights?.[first + s] ?? 1) / count)
      }
      this.#graph.backward(samples)
    }
    this.#steps++
    if (!Number.isFinite(loss)) {
      throw new EngineError(
        `training: expected a finite loss in step ${this.#steps}, got ${loss}; lower the learning rate, look for bad samples`,
        { step: this.#steps },
      )
    }
    this.#update(gradients)
    return loss
  }

  /** Copies of the weights per layer, in the order of `weightSpecs`. */
  weights(): Float32Array[][] {
    return copied(this.#weights)
  }

  /** The network with copies of the weights as they are now. */
  network(): Network {
    return { ...this.#architecture, weights: this.weights() }
  }

  #checkSizes(inputs: Float32Array, count: number, sampleWeights: Float32Array | undefined): void {
    const { rows, channels } = this.#graph.input
    const expected = count * rows * channels
    if (count < 1 || count > this.#batchSize || inputs.length !== expected) {
      throw new EngineError(
        `training: expected 1 to ${this.#batchSize} targets and ${rows * channels} input values each, got ${count} and ${inputs.length}`,
        { targets: count, inputs: inputs.length },
      )
    }
    if (sampleWeights !== undefined && sampleWeights.length !== count) {
      throw new EngineError(`training: expected ${count} sample weights, got ${sampleWeights.length}`)
    }
  }

  #copyIn(inputs: Float32Array, first: number, samples: number): void {
    const { rows, channels, offset, sampleBytes } = this.#graph.input
    const size = rows * channels
    for (let s = 0; s < samples; s++) {
      const at = (offset + s * sampleBytes) / BYTES_PER_FLOAT
      this.#graph.memory.set(inputs.subarray((first + s) * size, (first + s + 1) * size), at)
    }
  }

  /** Cross-entropy from the logit, −t ln p − (1 − t) ln(1 − p); its derivative p − t goes into the output gradient. */
  #lossAndGradient(sample: number, target: number, weight: number): number {
    const { memory, output, outputKind } = this.#graph
    const at = (output.activation.offset + sample * output.activation.sampleBytes) / BYTES_PER_FLOAT
    const logit = outputKind === 'single' ? memory[at]! : memory[at + 1]! - memory[at]!
    const { offset, sampleBytes } = output.gradient!
    const gradientAt = (offset + sample * sampleBytes) / BYTES_PER_FLOAT
    const gradient = weight * (sigmoid(logit) - target)
    if (outputKind === 'single') {
      memory[gradientAt] = gradient
    } else {
      memory[gradientAt] = -gradient
      memory[gradientAt + 1] = gradient
    }
    return weight * (target * softplus(-logit) + (1 - target) * softplus(logit))
  }

  #update(gradients: readonly (readonly Float32Array[])[]): void {
    this.#optimiser.beginStep(this.learningRate)
    let index = 0
    this.#weights.forEach((arrays, layer) => {
      arrays.forEach((array, k) => {
        const isKernel = k === 0
        this.#optimiser.update(index++, array, gradients[layer]![k]!, isKernel)
      })
    })
    this.#graph.load(this.#weights)
  }
}

function copied(weights: Network['weights']): Float32Array[][] {
  return weights.map((arrays) => arrays.map((array) => array.slice()))
}
