import { describe, expect, it } from 'vitest'
import { EngineError, ModelFormatError } from '../../../src/domain/errors.ts'
import { createBuiltinEngine } from '../../../src/nn/builtin-engine.ts'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'
import { naiveForward, naiveLogit } from '../../helpers/naive/nn-forward.ts'
import { numericalInputGradient } from '../../helpers/naive/nn-gradient.ts'
import { dense, detector, kernels, networkGrid, noise, randomNetwork } from '../../helpers/networks.ts'

const TOLERANCE = 2e-6

describe.each(networkGrid())('builtin engine on $title', ({ architecture }) => {
  const network = randomNetwork(architecture, 7)
  const { rows, channels } = network.input
  const window = noise(rows * channels, 11)
  const engine = createBuiltinEngine(network, kernels)

  it('gives the logit and the probability of the definition', () => {
    const logit = naiveLogit(network, window)
    expect(engine.logits(window, 1)[0]).toBeCloseTo(logit, 5)
    expect(engine.classify(window, 1)[0]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5)
  })

  it('gives the gradient that finite differences give', () => {
    const { logit, gradient } = engine.gradient(window)
    const expected = numericalInputGradient(network, window)
    const scale = Math.max(...expected.map(Math.abs))
    expect(logit).toBe(engine.logits(window, 1)[0])
    expect(gradient).toHaveLength(expected.length)
    for (const [i, value] of expected.entries()) expect(Math.abs(gradient[i]! - value)).toBeLessThan(1e-5 * scale + 1e-8)
  })

  it('shows what every layer but the last made of the window', () => {
    const values = naiveForward(network, window)
    const activations = engine.activations(window)
    expect(activations.map(({ layer }) => layer)).toEqual(network.layers.map(({ name }) => name))
    for (const [i, { values: got }] of activations.slice(0, -1).entries()) {
      const expected = values[i + 1]!.flat()
      expect(got).toHaveLength(expected.length)
      for (const [k, value] of expected.entries()) expect(Math.abs(got[k]! - value)).toBeLessThan(TOLERANCE * 10)
    }
  })
})

describe('builtin engine', () => {
  const network = randomNetwork(majstorovicArchitecture(), 3)
  const windows = noise(512 * 501 * 3, 5)

  it('gives the same bits at every batch size', () => {
    const engine = createBuiltinEngine(network, kernels)
    const together = engine.classify(windows, 512).slice()
    for (const batch of [1, 3, 7, 64]) {
      for (let first = 0; first + batch <= 128; first += batch) {
        const part = windows.subarray(first * 1503, (first + batch) * 1503)
        expect(engine.classify(part, batch)).toEqual(together.subarray(first, first + batch))
      }
    }
  })

  it('depends on the window alone, not on the one before', () => {
    const first = createBuiltinEngine(network, kernels)
    const second = createBuiltinEngine(network, kernels)
    const window = windows.subarray(0, 1503)
    first.classify(new Float32Array(1503).fill(1e30), 1)
    expect(first.classify(window, 1)[0]).toBe(second.classify(window, 1)[0])
  })

  it('has no score for a window with a value that is no number', () => {
    const engine = createBuiltinEngine(network, kernels)
    for (const position of [0, 700, 1502]) {
      expect(engine.classify(windows.slice(0, 1503).fill(Number.NaN, position, position + 1), 1)[0]).toBeNaN()
    }
    expect(engine.classify(windows.subarray(0, 1503), 1)[0]).not.toBeNaN()
  })

  it('agrees with the definition on the published network', () => {
    const engine = createBuiltinEngine(network, kernels)
    for (let i = 0; i < 3; i++) {
      const window = windows.subarray(i * 1503, (i + 1) * 1503)
      expect(Math.abs(engine.logits(window, 1)[0]! - naiveLogit(network, window))).toBeLessThan(TOLERANCE)
    }
  })

  it('refuses fewer values than windows', () => {
    const engine = createBuiltinEngine(network, kernels)
    expect(() => engine.classify(windows.subarray(0, 1502), 1)).toThrow(EngineError)
    expect(() => engine.classify(windows.subarray(0, 1502), 1)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: builtin engine: expected 1503 values [1, 501, 3], got 1502]`,
    )
  })

  it('takes no windows at all', () => {
    expect(createBuiltinEngine(network, kernels).classify(new Float32Array(0), 0)).toHaveLength(0)
  })

  it('refuses a network whose weights do not fit, by the name of the layer', () => {
    const small = randomNetwork(detector(8, 3, dense('rows', 4)), 1)
    const broken = { ...small, weights: small.weights.with(0, [small.weights[0]![0]!.slice(1), small.weights[0]![1]!]) }
    expect(() => createBuiltinEngine(broken, kernels)).toThrow(ModelFormatError)
    expect(() => createBuiltinEngine(broken, kernels)).toThrow('layer "rows": expected 12 values of kernel [3,4], got 11')
  })

  it('says what it needs when the kernels cannot run', () => {
    expect(() => createBuiltinEngine(network, new Uint8Array([0, 97, 115, 109]))).toThrow(EngineError)
  })
})
