import { describe, expect, it } from 'vitest'
import { descents, floats64, INPUTS, MAPS, manifest, worstShare } from '../helpers/lrp-reference.ts'
import { printed } from '../helpers/printed.ts'
import { referencePath } from '../helpers/reference.ts'

const MODEL = ['--model', referencePath('reference/lrp/tfjs'), '--json']

describe.each(MAPS)('explain --json, $name', ({ name, options, tolerance }) => {
  const { method = 'lrp', beta = 0, bias = 'ignore' } = options
  const rule = ['--method', method, '--beta', `${beta}`, '--bias', bias]

  it.each(INPUTS)('prints the reference map and sums of input %s', async (input) => {
    const window = referencePath(`reference/lrp/inputs/${input}.f32.bin`)
    const { code, stdout } = await printed('explain', '--window', window, ...MODEL, ...rule)
    const { logit, probability, relevance, conservation } = JSON.parse(stdout)
    const expected = manifest.results[input]
    expect(code).toBe(0)
    expect(Math.abs(logit - expected.logit)).toBeLessThan(1e-5)
    expect(Math.abs(probability - expected.probability)).toBeLessThan(1e-5)
    expect(relevance).toHaveLength(501)
    expect(worstShare(relevance.flat(), floats64(`relevance/${input}/${name}.f64.bin`))).toBeLessThanOrEqual(tolerance)
    const sums = expected.maps[name]!.layerSumsOutputToInput
    if (method === 'gradient' || method === 'input-gradient') return expect(conservation.layers).toEqual([])
    const layers = conservation.layers.filter(({ layer }: { layer: string }) => layer !== 'flatten')
    const got = [layers[0].output, ...layers.map((layer: { input: number }) => layer.input)]
    for (const [i, sum] of sums!.entries())
      expect(Math.abs(got[i] - sum)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(sum)))
  })
})

describe.each(Object.entries(descents))('optimise-input --json, %s', (name, { startFile, target, loss, logit }) => {
  it('prints the reference descent', async () => {
    const start = startFile === null ? 'zero' : referencePath('reference/lrp', startFile)
    const bound = name.endsWith('clip1') ? ['--bound', '1'] : []
    const { code, stdout } = await printed('optimise-input', ...MODEL, '--target', `${target}`, '--start', start, ...bound)
    const got = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(got.loss).toHaveLength(101)
    expect(worst(got.loss, loss)).toBeLessThan(1e-10)
    expect(worst(got.logit, logit)).toBeLessThan(1e-10)
    expect(worst(got.input.flat(), floats64(`backward/${name}_final.f64.bin`))).toBeLessThan(1e-10)
  })
})

function worst(got: readonly number[], expected: ArrayLike<number>): number {
  return Array.from(expected).reduce((largest, value, i) => Math.max(largest, Math.abs(value - got[i]!)), 0)
}
