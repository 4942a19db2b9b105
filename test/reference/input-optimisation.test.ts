import { describe, expect, it } from 'vitest'
import { readModelFiles } from '../../src/io/model-files.ts'
import { optimiseInput } from '../../src/nn/input-optimisation.ts'
import { descents, floats32, floats64 } from '../helpers/lrp-reference.ts'
import { referencePath } from '../helpers/reference.ts'

const { network } = readModelFiles(referencePath('reference/lrp/tfjs'))

describe.each(Object.entries(descents))('backward optimisation, %s', (name, { startFile, target, loss, logit }) => {
  it('follows the reference descent to the end', () => {
    const start = startFile === null ? 'zero' : floats32(startFile)
    const bound = name.endsWith('clip1') ? { bound: 1 } : {}
    const descent = optimiseInput(network, { target, start, ...bound })
    expect(worst(descent.loss, loss)).toBeLessThan(1e-10)
    expect(worst(descent.logit, logit)).toBeLessThan(1e-10)
    expect(worst(descent.input, floats64(`backward/${name}_final.f64.bin`))).toBeLessThan(1e-10)
  })
})

function worst(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(got).toHaveLength(expected.length)
  return Array.from(expected).reduce((largest, value, i) => Math.max(largest, Math.abs(value - got[i]!)), 0)
}
