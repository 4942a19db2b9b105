import { describe, expect, it } from 'vitest'
import { readModelFiles } from '../../src/io/model-files.ts'
import { Relevance } from '../../src/nn/relevance.ts'
import { floats32, floats64, INPUTS, MAPS, manifest, worstShare } from '../helpers/lrp-reference.ts'
import { naiveRelevance } from '../helpers/naive/nn-relevance.ts'
import { kernels } from '../helpers/networks.ts'
import { referencePath } from '../helpers/reference.ts'

const { network } = readModelFiles(referencePath('reference/lrp/tfjs'))

describe.each(MAPS)('relevance map $name', ({ name, options, tolerance }) => {
  const relevance = new Relevance(network, kernels, options)

  it.each(INPUTS)('is the reference map of input %s', (input) => {
    const { relevance: map, logit, probability } = relevance.explain(floats32(`inputs/${input}.f32.bin`))
    const expected = manifest.results[input]
    expect(worstShare(map, floats64(`relevance/${input}/${name}.f64.bin`))).toBeLessThanOrEqual(tolerance)
    expect(Math.abs(logit - expected.logit)).toBeLessThan(1e-5)
    expect(Math.abs(probability - expected.probability)).toBeLessThan(1e-5)
  })
})

const RULES = MAPS.filter(({ options }) => options.method === 'lrp' || options.method === 'epsilon')

describe.each(RULES)('relevance between the layers, $name', ({ name, options, tolerance }) => {
  const relevance = new Relevance(network, kernels, options)

  it.each(INPUTS)('sums up as the reference does for input %s', (input) => {
    const { layers } = relevance.explain(floats32(`inputs/${input}.f32.bin`))
    const expected = manifest.results[input].maps[name]!.layerSumsOutputToInput!
    const boundaries = layers.filter(({ layer }) => layer !== 'flatten')
    const sums = [layers[0]!.output, ...boundaries.map((each) => each.input)]
    const sizes = [1, ...boundaries.map(({ values }) => absoluteSum(values))]
    expect(sums).toHaveLength(expected.length)
    for (const [i, sum] of expected.entries()) expect(Math.abs(sums[i]! - sum)).toBeLessThanOrEqual(tolerance * sizes[i]!)
  })

  it.each(INPUTS)('is accounted for at every layer for input %s', (input) => {
    for (const layer of relevance.explain(floats32(`inputs/${input}.f32.bin`)).layers) {
      const unexplained = layer.output - layer.input - layer.bias - layer.oneSided - layer.stabiliser
      expect(Math.abs(unexplained)).toBeLessThanOrEqual(2e-5 * (absoluteSum(layer.values) + Math.abs(layer.output)))
    }
  })
})

it.each(RULES)('oracle: the definition gives $name in double precision', ({ name, options, tolerance64 }) => {
  const { method, beta = 0, bias = 'ignore' } = options
  for (const input of INPUTS) {
    const rule = method === 'epsilon' ? { bias } : { beta, bias }
    const expected = floats64(`relevance/${input}/${name}.f64.bin`)
    const [got = []] = naiveRelevance(network, floats32(`inputs/${input}.f32.bin`), rule)
    expect(worstShare(got, expected)).toBeLessThanOrEqual(tolerance64)
  }
})

it('has the reference relevance in front of every layer', () => {
  const { layers } = new Relevance(network, kernels, { beta: 0.5, bias: 'include' }).explain(floats32('inputs/sineburst.f32.bin'))
  const names = ['dense1', 'flatten', 'flatten', 'conv6', 'conv5', 'conv4', 'conv3', 'conv2', 'conv1', 'input']
  for (const [i, { values }] of layers.entries()) {
    const expected = floats64(`intermediate/relevance_ab_beta0.5_bias_${names[i]}.f64.bin`)
    expect(worstShare(values, expected)).toBeLessThanOrEqual(2e-5)
  }
  expect(layers).toHaveLength(names.length)
})

it.each(['logit', 'probability'] as const)('scales with the %s when that is handed out', (start) => {
  const window = floats32('inputs/random.f32.bin')
  const { relevance } = new Relevance(network, kernels, { beta: 1, bias: 'include', start }).explain(window)
  const expected = floats64('relevance/random/ab_beta1_bias.f64.bin').map((value) => value * manifest.results.random[start])
  expect(worstShare(relevance, expected)).toBeLessThanOrEqual(2e-5)
})

function absoluteSum(values: Float32Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0)
}
