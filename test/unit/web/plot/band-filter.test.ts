import { describe, expect, it } from 'vitest'
import { butterworthHighpass, filterHighpass } from '../../../../src/signal/biquad.ts'
import { type Band, filterToBand } from '../../../../src/web/plot/band-filter.ts'

const RATE = 20
const COUNT = 4000

const sine = (hertz: number) => Float32Array.from({ length: COUNT }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / RATE))

/** Of the middle of a filtered sine, relative to the sine. */
function gain(hertz: number, band: Band): number {
  const values = sine(hertz)
  const before = power(values)
  filterToBand(values, band, RATE)
  return Math.sqrt(power(values) / before)
}

/** Of the middle, far from the ends. */
function power(values: Float32Array): number {
  return values.subarray(COUNT / 4, (COUNT * 3) / 4).reduce((sum, value) => sum + value * value, 0)
}

describe('the filter of a trace', () => {
  it('is a second-order Butterworth twice: half the amplitude at each corner', () => {
    expect(gain(2, { fromHz: 2 })).toBeCloseTo(0.5, 2)
    expect(gain(5, { toHz: 5 })).toBeCloseTo(0.5, 2)
  })

  it('lets the band through and little else', () => {
    expect(gain(3, { fromHz: 1, toHz: 8 })).toBeGreaterThan(0.95)
    expect(gain(0.1, { fromHz: 1 })).toBeLessThan(1e-3)
    expect(gain(9, { toHz: 1 })).toBeLessThan(1e-3)
  })

  it('is what the preprocessing of the network does', () => {
    const values = Float32Array.from({ length: 501 }, (_, i) => Math.sin(i) * i + 300)
    const expected = Float64Array.from(values)
    const filter = butterworthHighpass(2, RATE)
    filterHighpass(filter, expected, 0, 1, 501)
    filterHighpass(filter, expected, 500, -1, 501)
    filterToBand(values, { fromHz: 2 }, RATE)
    const worst = Math.max(...values.map((value, i) => Math.abs(value - (expected[i] as number))))
    expect(worst).toBeLessThan(1e-3)
  })

  it('leaves a pulse where it is', () => {
    const values = new Float32Array(400)
    values[200] = 1
    filterToBand(values, { fromHz: 0.5, toHz: 4 }, RATE)
    expect(values.indexOf(Math.max(...values))).toBe(200)
    for (let i = 1; i < 100; i++) expect(values[200 + i]).toBeCloseTo(values[200 - i] as number, 4)
  })

  it('filters runs between holes each for itself, and an offset does not ring', () => {
    const values = new Float32Array(300).fill(1000)
    values.fill(Number.NaN, 100, 120)
    values.fill(-5000, 120)
    filterToBand(values, { fromHz: 1 }, RATE)
    expect([...values.subarray(100, 120)].every(Number.isNaN)).toBe(true)
    expect(Math.max(...values.map((value) => Math.abs(value) || 0))).toBeLessThan(0.01)
    const lowpassed = new Float32Array(300).fill(1000)
    filterToBand(lowpassed, { toHz: 2 }, RATE)
    expect(Math.max(...lowpassed.map((value) => Math.abs(value - 1000)))).toBeLessThan(0.01)
  })

  it('does nothing without corners, or with corners beyond what there is', () => {
    const values = sine(3)
    filterToBand(values, { toHz: 10 }, RATE)
    filterToBand(values, {}, RATE)
    expect(values).toEqual(sine(3))
  })
})
