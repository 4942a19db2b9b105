import { describe, expect, it } from 'vitest'
import { createOptimiser, type OptimiserOptions } from '../../../src/nn/optimiser.ts'
import { noise } from '../../helpers/networks.ts'

const SIZE = 7
const STEPS = 6
const RATE = 0.05

describe('optimiser', () => {
  it('does plain gradient descent', () => {
    expectWeights({ kind: 'sgd', learningRate: RATE }, (w, gradients) => gradients.reduce((sum, g) => sum - RATE * g, w))
  })

  it('keeps a velocity with momentum', () => {
    expectWeights({ kind: 'sgd', learningRate: RATE, momentum: 0.9 }, (start, gradients) => {
      let [w, v] = [start, 0]
      for (const g of gradients) {
        v = 0.9 * v - RATE * g
        w += v
      }
      return w
    })
  })

  it('looks ahead with Nesterov momentum', () => {
    expectWeights({ kind: 'sgd', learningRate: RATE, momentum: 0.9, nesterov: true }, (start, gradients) => {
      let [w, v] = [start, 0]
      for (const g of gradients) {
        v = 0.9 * v - RATE * g
        w += 0.9 * v - RATE * g
      }
      return w
    })
  })

  it.each([0, 0.1])('scales by the moments of the gradient as Adam, weight decay %d apart from it', (weightDecay) => {
    expectWeights({ kind: 'adam', learningRate: RATE, weightDecay }, (start, gradients) => {
      let [w, m, v] = [start, 0, 0]
      gradients.forEach((g, i) => {
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        const mean = m / (1 - 0.9 ** (i + 1))
        const square = v / (1 - 0.999 ** (i + 1))
        w = w - RATE * weightDecay * w - (RATE * mean) / (Math.sqrt(square) + 1e-7)
      })
      return w
    })
  })

  it('lets kernels decay and not biases', () => {
    const [kernel, bias, nothing] = [new Float32Array([2]), new Float32Array([2]), new Float32Array([0])]
    const optimiser = createOptimiser({ kind: 'sgd', learningRate: RATE, weightDecay: 0.5 })
    optimiser.beginStep(RATE)
    optimiser.update(0, kernel, nothing, true)
    optimiser.update(1, bias, nothing, false)
    expect(kernel[0]).toBeCloseTo(2 * (1 - RATE * 0.5), 6)
    expect(bias[0]).toBe(2)
  })
})

/** Compares several steps on two arrays with the definition for one weight and its gradients. */
function expectWeights(options: OptimiserOptions, define: (start: number, gradients: number[]) => number): void {
  const optimiser = createOptimiser(options)
  const start = [noise(SIZE, 1), noise(SIZE, 2)]
  const weights = start.map((array) => array.slice())
  const gradients = Array.from({ length: STEPS }, (_, step) => [noise(SIZE, 10 + step), noise(SIZE, 20 + step)])
  for (const step of gradients) {
    optimiser.beginStep(options.learningRate)
    weights.forEach((array, k) => {
      optimiser.update(k, array, step[k]!, true)
    })
  }
  weights.forEach((array, k) => {
    array.forEach((value, i) => {
      const own = gradients.map((step) => step[k]![i]!)
      expect(value).toBeCloseTo(define(start[k]![i]!, own), 5)
    })
  })
}
