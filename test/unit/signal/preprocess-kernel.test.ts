import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compileSignal } from '../../../scripts/build-kernels.mjs'
import { butterworthHighpass, filterHighpass } from '../../../src/signal/biquad.ts'
import { PreprocessKernel } from '../../../src/signal/preprocess-kernel.ts'
import { gaussianNoise } from '../../helpers/signals.ts'

const filter = butterworthHighpass(1, 20)

describe.each([501, 2, 1])('the kernel on three columns of %i rows at once', (rows) => {
  const columns = gaussianNoise(rows * 3, 5).map((value) => value * 1000 + 1e5)

  it('gives the bits of means that are summed relative to the first row, and a bound of the values', () => {
    const kernel = kernelWith(columns)
    const magnitude = kernel.measure()
    const ofColumn = (column: number) => columns.filter((_, i) => i % 3 === column)
    const expected = [0, 1, 2].map(ofColumn).map((values) => {
      const base = values[0]!
      return base + values.reduce((sum, value) => sum + (value - base), 0) / rows
    })
    expect([...kernel.means]).toEqual(expected)
    expect(magnitude).toBeGreaterThanOrEqual(Math.max(...columns.map(Math.abs)))
  })

  it('filters forwards with the bits of one column after the other, less its mean', () => {
    const offsets = [1e5, 0, -7]
    const expected = columns.map((value, i) => value - offsets[i % 3]!)
    for (let column = 0; column < 3; column++) filterHighpass(filter, expected, column, 3, rows)
    const kernel = kernelWith(columns)
    kernel.means.set(offsets)
    kernel.filterForward(filter, kernel.raw)
    expect(kernel.samples).toEqual(expected)
    kernel.samples.set(columns)
    kernel.filterForward(filter, kernel.samples)
    expect(kernel.samples).toEqual(expected)
    expect(kernel.raw).toEqual(columns)
  })

  it('filters backwards with the bits of one column after the other, and says what is largest', () => {
    const expected = columns.slice()
    for (let column = 0; column < 3; column++) filterHighpass(filter, expected, (rows - 1) * 3 + column, -3, rows)
    const kernel = kernelWith(columns)
    kernel.samples.set(columns)
    const largest = kernel.filterBackward(filter)
    expect(kernel.samples).toEqual(expected)
    expect(largest).toBe(Math.max(...expected.map(Math.abs)))
  })

  it('scales with the rounding of JavaScript', () => {
    const kernel = kernelWith(columns)
    kernel.samples.set(columns)
    kernel.scale(1 / 3)
    expect(kernel.input).toEqual(Float32Array.from(columns, (value) => value * (1 / 3)))
  })
})

it.each([Number.NaN, Number.POSITIVE_INFINITY])('says that a sample is not finite: %d', (bad) => {
  for (let at = 0; at < 9; at++) {
    const kernel = kernelWith(new Float64Array(9).fill(1).with(at, bad))
    expect(Number.isFinite(kernel.measure())).toBe(false)
  }
})

it('is what its sources compile to (else: node scripts/build-kernels.mjs)', async () => {
  const committed = readFileSync(new URL('../../../src/signal/preprocess-wasm.ts', import.meta.url), 'utf8')
  expect(committed).toBe(await compileSignal('preprocess'))
})

function kernelWith(columns: Float64Array): PreprocessKernel {
  const kernel = new PreprocessKernel(columns.length / 3)
  kernel.raw.set(columns)
  return kernel
}
