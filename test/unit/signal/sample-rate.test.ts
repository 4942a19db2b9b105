import { describe, expect, it } from 'vitest'
import { isSameRate, nominalRate, wholeMillisPeriod } from '../../../src/signal/sample-rate.ts'

describe('sample rates', () => {
  it('knows the periods that are whole milliseconds', () => {
    const rates = [1000, 500, 250, 200, 125, 100, 62.5, 50, 40, 31.25, 25, 20, 1000 / 3]
    expect(rates.map(wholeMillisPeriod)).toEqual([1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50, 3])
    expect([31.2805, 80, 120, 99.99, 100.001, 4000, 0.0001].map(wholeMillisPeriod)).toEqual([
      ...new Array(6).fill(undefined),
      10_000_000,
    ])
  })

  it('undoes the rounding of a single-precision header and nothing more', () => {
    expect(nominalRate(Math.fround(1000 / 3))).toBe(1000 / 3)
    expect(nominalRate(Math.fround(31.2805))).toBe(Math.fround(31.2805))
    expect(nominalRate(100.0001)).toBe(100.0001)
  })

  it('takes rates within 1e-4 for the same, as libmseed does', () => {
    expect(isSameRate(100.009, 100)).toBe(true)
    expect(isSameRate(100.011, 100)).toBe(false)
  })
})
