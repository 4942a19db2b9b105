import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/domain/errors.ts'
import { initialise } from '../../../src/nn/initialise.ts'
import { type InputOptimisationOptions, optimiseInput } from '../../../src/nn/input-optimisation.ts'
import { PreciseNetwork } from '../../../src/nn/precise-network.ts'
import { crossEntropy } from '../../helpers/naive/nn-gradient.ts'
import { conv1d, detector, noise, randomNetwork } from '../../helpers/networks.ts'

const small = detector(40, 3, conv1d('first'), conv1d('second'))
const network = randomNetwork(small, 7)
const start = noise(120, 3)

describe('backward optimisation', () => {
  it.each([0, 1] as const)('moves the window to what the network takes for %i', (target) => {
    const { loss, logit, input, end } = optimiseInput(network, { target, start: 'zero', rate: 0.5, steps: 200 })
    expect(loss).toHaveLength(201)
    expect(end).toBe('steps')
    expect(loss.at(-1)!).toBeLessThan(loss[0]! / 2)
    expect(Math.sign(logit.at(-1)!)).toBe(target === 1 ? 1 : -1)
    for (const [i, value] of logit.entries()) expect(loss[i]).toBeCloseTo(crossEntropy(value, target), 10)
    expect(new PreciseNetwork(network).gradient(input).logit).toBe(logit.at(-1))
  })

  it('makes each update against the gradient of the loss', () => {
    const { logit, gradient } = new PreciseNetwork(network).gradient(Float64Array.from(start))
    const { input } = optimiseInput(network, { target: 1, start, steps: 1, rate: 0.5 })
    const slope = 1 / (1 + Math.exp(-logit)) - 1
    for (const [i, value] of input.entries()) expect(value).toBeCloseTo(start[i]! - 0.5 * slope * gradient[i]!, 12)
  })

  it('keeps the window inside its bound', () => {
    const { input } = optimiseInput(network, { target: 1, start, bound: 0.25, steps: 20, rate: 1 })
    expect(Math.max(...input.map(Math.abs))).toBe(0.25)
  })

  it('carries momentum from update to update', () => {
    const at = (steps: number, momentum: number) => optimiseInput(network, { target: 1, start, steps, momentum }).input
    expect(at(1, 0.9)).toEqual(at(1, 0))
    const [before, after, plain] = [at(1, 0.9), at(2, 0.9), at(2, 0)]
    for (const i of after.keys()) expect(after[i]! - plain[i]!).toBeCloseTo(0.9 * (before[i]! - start[i]!), 12)
  })

  it('gives smoother windows when asked to', () => {
    const roughness = (smoothness: number) => {
      const { input } = optimiseInput(network, { target: 1, start, smoothness })
      return input.reduce((sum, value, i) => (i < 3 ? sum : sum + (value - input[i - 3]!) ** 2), 0)
    }
    expect(roughness(1)).toBeLessThan(roughness(0) / 10)
  })

  it('stops when the loss hardly changes any more', () => {
    const { loss, end } = optimiseInput(network, { target: 1, start, steps: 5000, convergence: 0.1 })
    expect(end).toBe('converged')
    expect(loss.length).toBeLessThan(5000)
    expect(Math.abs(loss.at(-11)! - loss.at(-1)!)).toBeLessThan(0.1 * loss.at(-1)!)
  })

  it('does not take a loss that rises for one that has settled', () => {
    const rough = optimiseInput(network, { target: 1, start, steps: 300, rate: 0.5 }).input
    // Smoothing costs the cross-entropy what it had gained.
    const { loss, end } = optimiseInput(network, { target: 1, start: rough, steps: 12, smoothness: 1, convergence: 1e-3 })
    expect(loss[10]!).toBeGreaterThan(2 * loss[0]!)
    expect(end).toBe('steps')
  })

  it('starts at random by a seed, the same way each time', () => {
    const at = (seed: number) => optimiseInput(network, { target: 1, start: { seed }, steps: 0 }).input
    expect(at(1)).toEqual(at(1))
    expect(at(1)).not.toEqual(at(2))
    expect(at(1).every((value) => Math.abs(value) <= 1)).toBe(true)
  })

  it('says that it is stuck where the gradient is zero: a network without biases at the zero window', () => {
    const untrained = initialise(small, 1)
    const { loss, input, end } = optimiseInput(untrained, { target: 1, start: 'zero' })
    expect(end).toBe('stuck')
    expect(loss).toHaveLength(1)
    expect(loss[0]).toBeCloseTo(Math.LN2, 12)
    expect(input.every((value) => value === 0)).toBe(true)
    expect(optimiseInput(untrained, { target: 1, start: { seed: 1 } }).end).toBe('steps')
  })

  it.each<readonly [Partial<InputOptimisationOptions>, string]>([
    [{ steps: -1 }, 'optimise-input steps: expected a whole number ≥ 0, got -1'],
    [{ rate: 0 }, 'optimise-input rate: expected a number above 0, got 0'],
    [{ momentum: 1 }, 'optimise-input momentum: expected a number from 0 to below 1, got 1'],
    [{ bound: 0 }, 'optimise-input bound: expected a number above 0, got 0'],
    [{ smoothness: 5 }, 'optimise-input smoothness: expected 0 to below 5 with rate 0.1 and momentum 0, got 5'],
    [{ convergence: 1 }, 'optimise-input convergence: expected a share from 0 to below 1, got 1'],
    [{ start: new Float32Array(7) }, 'optimise-input start: expected 120 values [40, 3], got 7'],
    [{ start: new Float32Array(120).fill(Number.NaN, 4, 5) }, 'optimise-input start: expected finite values, got NaN at index 4'],
  ])('refuses %o', (options, message) => {
    const run = () => optimiseInput(network, { target: 1, start: 'zero', ...options })
    expect(run).toThrow(UsageError)
    expect(run).toThrow(message)
  })
})
