import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readModelFiles } from '../../src/io/model-files.ts'
import { createBuiltinEngine } from '../../src/nn/builtin-engine.ts'
import { sigmoid, softplus } from '../../src/nn/exponential.ts'
import { kernels } from '../helpers/networks.ts'
import { referencePath } from '../helpers/reference.ts'

const INPUTS = ['random', 'sineburst', 'mixedsign', 'nearzero']
const LOGIT_TOLERANCE = 1e-5
const MAP_TOLERANCE = 2e-5
const DESCENT_RATE = 0.1
/** In single precision a rectifier that stands at zero may open a step earlier or later, and the path bends there. */
const DESCENT_TOLERANCE = 1e-3

interface Descent {
  readonly startFile: string | null
  readonly target: 0 | 1
  readonly loss: readonly number[]
  readonly logit: readonly number[]
}

const manifest = JSON.parse(readFileSync(referencePath('reference/lrp/manifest.json'), 'utf8')) as {
  readonly results: Record<string, { readonly logit: number; readonly probability: number }>
}
const descents = JSON.parse(readFileSync(referencePath('reference/lrp/backward-optimisation.json'), 'utf8')) as {
  readonly runs: Record<string, Descent>
}
const { network } = readModelFiles(referencePath('reference/lrp/tfjs'))
const engine = createBuiltinEngine(network, kernels)

describe.each(INPUTS)('reference network on input %s', (name) => {
  const window = floats32(`inputs/${name}.f32.bin`)
  const expected = manifest.results[name]!

  it('has the reference logit and probability', () => {
    expect(Math.abs(engine.logits(window, 1)[0]! - expected.logit)).toBeLessThan(LOGIT_TOLERANCE)
    expect(Math.abs(engine.classify(window, 1)[0]! - expected.probability)).toBeLessThan(LOGIT_TOLERANCE)
  })

  it('has the reference gradient', () => {
    expectMap(engine.gradient(window).gradient, floats64(`relevance/${name}/gradient.f64.bin`))
  })

  it('has the reference input × gradient', () => {
    const { gradient } = engine.gradient(window)
    expectMap(
      gradient.map((value, i) => value * window[i]!),
      floats64(`relevance/${name}/input_x_gradient.f64.bin`),
    )
  })
})

it('has the reference activations of every layer', () => {
  const activations = engine.activations(floats32('inputs/sineburst.f32.bin'))
  for (const layer of ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'conv6', 'conv7', 'dense1']) {
    expectMap(activations.find((found) => found.layer === layer)!.values, floats64(`intermediate/activation_${layer}.f64.bin`))
  }
})

describe.each(Object.entries(descents.runs))('gradient descent on the input, %s', (name, { startFile, target, loss, logit }) => {
  it('follows the reference trajectory', () => {
    const isClipped = name.endsWith('clip1')
    const window = startFile === null ? new Float32Array(501 * 3) : floats32(startFile)
    loss.forEach((expected, step) => {
      const { logit: got, gradient } = engine.gradient(window)
      expect(Math.abs(softplus(target === 1 ? -got : got) - expected)).toBeLessThan(DESCENT_TOLERANCE)
      expect(Math.abs(got - logit[step]!)).toBeLessThan(10 * DESCENT_TOLERANCE)
      const slope = DESCENT_RATE * (sigmoid(got) - target)
      window.forEach((value, i) => {
        const moved = value - slope * gradient[i]!
        window[i] = isClipped ? Math.min(1, Math.max(-1, moved)) : moved
      })
    })
  })
})

function expectMap(got: Float32Array, expected: Float64Array): void {
  expect(got).toHaveLength(expected.length)
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  const worst = expected.reduce((largest, value, i) => Math.max(largest, Math.abs(value - got[i]!)), 0)
  expect(worst).toBeLessThanOrEqual(MAP_TOLERANCE * scale)
}

function floats32(name: string): Float32Array {
  return new Float32Array(bytes(name))
}

function floats64(name: string): Float64Array {
  return new Float64Array(bytes(name))
}

function bytes(name: string): ArrayBuffer {
  return new Uint8Array(readFileSync(referencePath('reference/lrp', name))).buffer
}
