import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleOffsetNanos } from '../../../src/domain/time.ts'

describe('sampleOffsetNanos', () => {
  it('is exact for whole rates, however long the segment', () => {
    const arbitrary = fc.tuple(fc.integer({ min: 0, max: 2 ** 42 }), fc.integer({ min: 1, max: 1000 }))
    fc.assert(
      fc.property(arbitrary, ([index, rate]) => {
        const rounded = (2n * BigInt(index) * 1_000_000_000n + BigInt(rate)) / (2n * BigInt(rate))
        expect(sampleOffsetNanos(index, rate)).toBe(rounded)
      }),
    )
  })

  it('goes on evenly where plain numbers end', () => {
    const before = 9_007_199 * 100
    expect(sampleOffsetNanos(before, 100)).toBe(9_007_199_000_000_000n)
    expect(sampleOffsetNanos(before + 100, 100)).toBe(9_007_200_000_000_000n)
  })
})
