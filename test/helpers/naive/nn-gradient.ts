import type { Network } from '../../../src/nn/network.ts'
import { naiveLogit } from './nn-forward.ts'

/** Small against the values, large against the rounding of doubles. */
const STEP = 1e-6

/** d logit / d input by central differences. */
export function numericalInputGradient(network: Network, input: ArrayLike<number>): number[] {
  return differences(Array.from(input), (values) => naiveLogit(network, values))
}

/** d loss / d weights by central differences, in the order of the weights; the loss is a function of all weights. */
export function numericalWeightGradients(network: Network, loss: (weights: number[][][]) => number): number[][][] {
  const weights = network.weights.map((arrays) => arrays.map((array) => Array.from(array)))
  return weights.map((arrays, layer) =>
    arrays.map((array, k) =>
      differences(array, (values) => {
        const changed = weights.map((others, l) => (l === layer ? others.with(k, values) : others))
        return loss(changed)
      }),
    ),
  )
}

/** −t ln p − (1 − t) ln(1 − p) with p = sigmoid(logit), from the definition. */
export function crossEntropy(logit: number, target: number): number {
  const p = 1 / (1 + Math.exp(-logit))
  return -target * Math.log(p) - (1 - target) * Math.log(1 - p)
}

function differences(values: number[], f: (values: number[]) => number): number[] {
  return values.map((value, i) => (f(values.with(i, value + STEP)) - f(values.with(i, value - STEP))) / (2 * STEP))
}
