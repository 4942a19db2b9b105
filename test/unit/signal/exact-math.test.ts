import { describe, expect, it } from 'vitest'
import { besselI0, cosPi, expOfNegative, ln, sinPi } from '../../../src/signal/exact-math.ts'

const points = (from: number, to: number, count = 400) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))

describe('exact math', () => {
  it('agrees with the engine about sine and cosine', () => {
    for (const x of points(-20, 20)) {
      expect(sinPi(x)).toBeCloseTo(Math.sin(Math.PI * x), 13)
      expect(cosPi(x)).toBeCloseTo(Math.cos(Math.PI * x), 13)
    }
  })

  it('has exact zeros and ones where the functions have them', () => {
    expect([0, 1, 2, -7, 1001].map((x) => Math.abs(sinPi(x)))).toEqual([0, 0, 0, 0, 0])
    expect([0.5, 1.5, -0.5].map(cosPi).map(Math.abs)).toEqual([0, 0, 0])
    expect(cosPi(0)).toBeCloseTo(1, 15)
  })

  it('agrees with the engine about logarithm and exponential', () => {
    for (const x of points(-600, 600)) {
      expect(ln(10 ** (x / 2))).toBeCloseTo((x / 2) * Math.LN10, 10)
      if (x <= 0) expect(expOfNegative(x) / Math.exp(x)).toBeCloseTo(1, 11)
    }
    expect(ln(1)).toBe(0)
    expect(expOfNegative(0)).toBe(1)
    expect(expOfNegative(-1e6)).toBe(0)
  })

  it('knows the Bessel function from its table (Abramowitz & Stegun 9.8)', () => {
    expect(besselI0(0)).toBe(1)
    expect(besselI0(1)).toBeCloseTo(1.26606587775201, 13)
    expect(besselI0(8)).toBeCloseTo(427.564115721805, 10)
  })
})
