import { describe, expect, it } from 'vitest'
import { poissonInterval } from '../../../src/detection/poisson.ts'

describe('poissonInterval', () => {
  // Exact 95 % limits of a Poisson mean, as tabulated (Garwood 1936).
  it.each([
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [5, 1.623, 11.668],
    [20, 12.217, 30.888],
    [100, 81.36, 121.63],
  ])('for %d events is %d to %d', (count, low, high) => {
    const interval = poissonInterval(count, 1)
    expect(interval.low).toBeCloseTo(low, 2)
    expect(interval.high).toBeCloseTo(high, 2)
  })

  it('divides by how long was looked', () => {
    expect(poissonInterval(5, 10).high).toBeCloseTo(1.1668, 3)
  })
})
