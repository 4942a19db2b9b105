import { describe, expect, it } from 'vitest'
import { linearTicks, logTicks, shortNumber } from '../../../../src/web/plot/axis-ticks.ts'

describe('ticks of an axis', () => {
  it('are round and in the range', () => {
    expect(linearTicks(-18, 11, 8)).toEqual([-15, -10, -5, 0, 5, 10])
    expect(linearTicks(0, 1, 4)).toEqual([0, 0.5, 1])
    expect(linearTicks(0.05, 0.75, 10)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    expect(linearTicks(-1180, 1180, 2)).toEqual([0])
  })

  it('are none where there is no range', () => {
    expect(linearTicks(3, 3, 4)).toEqual([])
    expect(logTicks(0, 10)).toEqual([])
    expect(logTicks(5, 5)).toEqual([])
  })

  it('are powers of ten on a long logarithmic axis, and 2 and 5 of them, too, on a short one', () => {
    expect(logTicks(0.04, 10)).toEqual([0.1, 1, 10])
    expect(logTicks(3, 40)).toEqual([5, 10, 20])
  })

  it('are written shortly', () => {
    expect([0, 0.5, -0.02, 12, 1000, -20_000, 1_500_000, 0.0001].map(shortNumber)).toEqual([
      '0',
      '0.5',
      '-0.02',
      '12',
      '1k',
      '-20k',
      '1.5M',
      '1e-4',
    ])
  })
})
