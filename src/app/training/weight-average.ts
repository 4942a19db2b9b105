import type { Network } from '../../nn/network.ts'

/** At the start the average follows quickly, so that the random first weights are soon forgotten. */
const WARM_UP_STEPS = 10

/** Running mean of the weights over the steps (Polyak): steadier than the weights of any one step. */
export class WeightAverage {
  readonly #decay: number
  readonly #mean: readonly (readonly Float32Array[])[]
  #steps = 0

  /**
   * @param initial weights per layer
   * @param decay per step, 0 ≤ decay < 1; 0 keeps the last weights only
   */
  constructor(initial: Network['weights'], decay: number) {
    this.#decay = decay
    this.#mean = copied(initial)
  }

  add(weights: Network['weights']): void {
    this.#steps++
    const share = 1 - Math.min(this.#decay, this.#steps / (this.#steps + WARM_UP_STEPS))
    const sources = weights.flat()
    this.#mean.flat().forEach((mean, index) => {
      const source = sources[index]!
      for (let i = 0; i < mean.length; i++) mean[i]! += (this.#decay === 0 ? 1 : share) * (source[i]! - mean[i]!)
    })
  }

  /** A copy, as it is now. */
  weights(): Float32Array[][] {
    return copied(this.#mean)
  }
}

function copied(weights: Network['weights']): Float32Array[][] {
  return weights.map((arrays) => arrays.map((array) => array.slice()))
}
