import { describe, expect, it } from 'vitest'
import { EngineError, UsageError } from '../../../src/domain/errors.ts'
import { createBuiltinEngine } from '../../../src/nn/builtin-engine.ts'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'
import type { Layer, Network } from '../../../src/nn/network.ts'
import { type LayerRelevance, Relevance } from '../../../src/nn/relevance.ts'
import type { RelevanceOptions } from '../../../src/nn/relevance-rule.ts'
import { type NaiveRule, naiveRelevance } from '../../helpers/naive/nn-relevance.ts'
import {
  architecture as anArchitecture,
  conv1d,
  dense,
  detector,
  flatten,
  kernels,
  networkGrid,
  noise,
  randomNetwork,
} from '../../helpers/networks.ts'

const RULES: readonly NaiveRule[] = [
  { beta: -1, bias: 'ignore' },
  { beta: -1, bias: 'repair' },
  { beta: -0.5, bias: 'include' },
  { beta: 0, bias: 'ignore' },
  { beta: 0, bias: 'repair' },
  { beta: 0.5, bias: 'repair' },
  { beta: 1, bias: 'ignore' },
  { beta: 1, bias: 'include' },
  { beta: 3, bias: 'repair' },
  { bias: 'include' },
]

const normalisation: Layer = { kind: 'batchNormalization', name: 'norm', epsilon: 1e-3, center: true, scale: true }
const GRID = [
  ...networkGrid(),
  {
    title: 'batch normalisation behind linear layers and dropout',
    architecture: anArchitecture(
      13,
      2,
      conv1d('first', { activation: 'linear' }),
      { kind: 'dropout', name: 'drop', rate: 0.5 },
      normalisation,
      flatten,
      dense('hidden', 9, 'linear', false),
      { ...normalisation, name: 'second norm', center: false },
      dense('score', 1, 'sigmoid'),
    ),
  },
  { title: 'batch normalisation of the input', architecture: detector(11, 3, normalisation, conv1d('first')) },
]

/** Half of the rules for each network, the other half for the next. */
const CASES = GRID.map((each, i) => ({ ...each, rules: RULES.filter((_, k) => (i + k) % 2 === 0) }))

describe.each(CASES)('relevance in $title', ({ architecture, rules }) => {
  const network = randomNetwork(architecture, 7)
  const { rows, channels } = network.input
  const window = noise(rows * channels, 11)

  it('is what the definition gives in front of every layer, and accounted for', () => {
    for (const rule of rules) {
      const { layers, relevance, start } = new Relevance(network, kernels, optionsOf(rule)).explain(window)
      const expected = naiveRelevance(network, window, rule)
      expect(start).toBe(1)
      expect(relevance).toEqual(layers.at(-1)!.values)
      for (const [i, { values }] of layers.toReversed().entries()) expectClose(values, expected[i]!, rule)
      for (const layer of layers) expectAccounted(layer)
    }
  })
})

describe('relevance', () => {
  const network = randomNetwork(majstorovicArchitecture(), 3)
  const windows = noise(64 * 1503, 5)

  it('knows the answer of the smallest network: W = (1, −1), b = −1, x = (1, 1), handed out −1', () => {
    const smallest = {
      ...anArchitecture(1, 2, dense('score', 1, 'linear')),
      weights: [[Float32Array.of(1, -1), Float32Array.of(-1)]],
    }
    const at = (beta: number) =>
      new Relevance(smallest, kernels, { beta, bias: 'include', start: 'logit' }).explain(Float32Array.of(1, 1))
    expect(at(0).logit).toBe(-1)
    expectNear(at(0).relevance, [-1, 0])
    expectNear(at(1).relevance, [-2, 0.5])
  })

  it('gives the logit of the engine, bit for bit', () => {
    const engine = createBuiltinEngine(network, kernels)
    const { logits } = new Relevance(network, kernels).maps(windows, 64)
    expect(logits).toEqual(engine.logits(windows, 64))
  })

  it.each(['lrp', 'epsilon', 'gradient', 'input-gradient'] as const)(
    'gives the same bits at every batch size by %s',
    (method) => {
      const relevance = new Relevance(network, kernels, { method, beta: method === 'lrp' ? 0.5 : 0 })
      const together = relevance.maps(windows, 64).relevance.slice()
      for (const batch of [1, 3, 7]) {
        for (let first = 0; first + batch <= 64; first += batch) {
          const part = relevance.maps(windows.subarray(first * 1503, (first + batch) * 1503), batch)
          expect(part.relevance).toEqual(together.subarray(first * 1503, (first + batch) * 1503))
        }
      }
    },
  )

  it('gives the gradient of the engine, and that times the input', () => {
    const window = windows.subarray(0, 1503)
    const { gradient } = createBuiltinEngine(network, kernels).gradient(window)
    expect(new Relevance(network, kernels, { method: 'gradient' }).explain(window).relevance).toEqual(gradient)
    const product = gradient.map((value, i) => value * window[i]!)
    expect(new Relevance(network, kernels, { method: 'input-gradient' }).explain(window).relevance).toEqual(product)
  })

  it('gives the gradient of the difference of two outputs', () => {
    const pair = randomNetwork(anArchitecture(12, 3, conv1d('first'), flatten, dense('pair', 2, 'softmax')), 7)
    const window = noise(36, 11)
    const { gradient, logit } = createBuiltinEngine(pair, kernels).gradient(window)
    const explained = new Relevance(pair, kernels, { method: 'gradient' }).explain(window)
    expect(explained).toMatchObject({ logit, relevance: gradient, layers: [] })
  })

  it('is zero wherever the window is zero, and everywhere in a window of zeros', () => {
    const window = windows.slice(0, 1503).fill(0, 300, 900)
    for (const options of [{}, { beta: 1 }, { bias: 'include' }, { bias: 'repair' }, { method: 'epsilon' }] as const) {
      const relevance = new Relevance(network, kernels, options)
      expect(
        relevance
          .explain(window)
          .relevance.subarray(300, 900)
          .every((value) => value === 0),
      ).toBe(true)
      const nothing = relevance.explain(new Float32Array(1503))
      expect(nothing.relevance.every((value) => value === 0)).toBe(true)
      expect(Number.isFinite(nothing.logit)).toBe(true)
      const first = nothing.layers.at(-1)!
      expect(first.bias + first.oneSided + first.stabiliser).toBeCloseTo(first.output, 5)
    }
  })

  it('has finite maps of constant and saturated windows', () => {
    for (const window of [new Float32Array(1503).fill(0.3), windows.slice(0, 1503).map(Math.sign), windows.map((v) => v * 1e6)]) {
      for (const beta of [-1, 0, 1]) {
        const { relevance } = new Relevance(network, kernels, { beta }).explain(window)
        expect(relevance.every(Number.isFinite)).toBe(true)
      }
    }
  })

  it('has no map of a window with a value that is no number, and forgets it at once', () => {
    const relevance = new Relevance(network, kernels)
    const clean = relevance.explain(windows.subarray(0, 1503)).relevance
    for (const position of [0, 700, 1502]) {
      const { logits, relevance: maps } = relevance.maps(
        windows.slice(0, 4509).fill(Number.NaN, 1503 + position, 1504 + position),
        3,
      )
      expect(logits[1]).toBeNaN()
      expect(maps.subarray(0, 1503)).toEqual(clean)
      expect(maps.subarray(1503, 3006).every(Number.isNaN)).toBe(true)
      expect(maps.subarray(3006).every(Number.isFinite)).toBe(true)
    }
    expect(relevance.explain(windows.subarray(0, 1503)).relevance).toEqual(clean)
  })

  it('explains an untrained network and one without biases', () => {
    const silent: Network = {
      ...network,
      weights: network.weights.map((arrays) => arrays.map((array, k) => (k === 1 ? array.map(() => 0) : array))),
    }
    const { relevance, layers } = new Relevance(silent, kernels).explain(windows.subarray(0, 1503))
    expect(relevance.some((value) => value > 0)).toBe(true)
    // No bias at all: what the options for it do is the same.
    expect(new Relevance(silent, kernels, { bias: 'include' }).explain(windows.subarray(0, 1503)).relevance).toEqual(relevance)
    expect(layers.every(({ bias }) => bias === 0)).toBe(true)
  })

  it.each<readonly [RelevanceOptions, string]>([
    [{ beta: -1.01 }, 'relevance beta: expected a number ≥ −1, got -1.01'],
    [{ beta: Number.NaN }, 'relevance beta: expected a number ≥ −1, got NaN'],
    [{ method: 'gradient', bias: 'repair' }, 'relevance bias: expected ignore or include with method gradient, got repair'],
  ])('refuses options %o', (options, message) => {
    expect(() => new Relevance(network, kernels, options)).toThrow(UsageError)
    expect(() => new Relevance(network, kernels, options)).toThrow(message)
  })

  it('refuses fewer values than windows', () => {
    const short = windows.subarray(0, 1502)
    expect(() => new Relevance(network, kernels).maps(short, 1)).toThrow(EngineError)
    expect(() => new Relevance(network, kernels).explain(short)).toThrow('relevance: expected 1503 values [1, 501, 3], got 1502')
  })
})

function optionsOf({ beta, bias }: NaiveRule): RelevanceOptions {
  return beta === undefined ? { method: 'epsilon', bias } : { beta, bias }
}

function expectClose(got: Float32Array, expected: number[], { beta }: NaiveRule): void {
  const scale = Math.max(...expected.map(Math.abs))
  const tolerance = (beta === undefined ? 1e-3 : 2e-5) * scale
  expect(got).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(got[i]! - value) <= tolerance)) expect.fail(`value ${i} of ${got.length}: expected ${value}, got ${got[i]}`)
  }
}

function expectAccounted({ output, input, bias, oneSided, stabiliser, values }: LayerRelevance): void {
  const size = values.reduce((sum, value) => sum + Math.abs(value), Math.abs(output))
  expect(Math.abs(output - input - bias - oneSided - stabiliser)).toBeLessThanOrEqual(2e-5 * size)
}

function expectNear(got: Float32Array, expected: number[]): void {
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5)
}
