import { describe, expect, it } from 'vitest'
import { FEWEST_WINDOWS, NOTABLE_DRIFT, scoreDrift } from '../../../src/detection/score-drift.ts'
import { gaussianNoise } from '../../helpers/signals.ts'

/** Windows per bin of draws around a bin. */
function around(middle: number, count: number, seed: number): number[] {
  const counts = new Array<number>(50).fill(0)
  for (const value of gaussianNoise(count, seed)) counts[Math.max(0, Math.min(49, Math.round(middle + 4 * value)))]!++
  return counts
}

describe('scoreDrift', () => {
  it('is 0 for the same distribution, whatever the number of windows', () => {
    const reference = around(15, 10_000, 1)
    expect(scoreDrift(reference, reference)).toBe(0)
    expect(
      scoreDrift(
        reference,
        reference.map((count) => 100 * count),
      ),
    ).toBeLessThan(1e-4)
  })

  it('stays small for other draws of one distribution, even few', () => {
    const reference = around(15, 50_000, 1)
    for (let seed = 2; seed < 22; seed++) expect(scoreDrift(reference, around(15, FEWEST_WINDOWS, seed))).toBeLessThan(0.1)
  })

  it('grows with the distance it has moved, to either side', () => {
    const reference = around(20, 20_000, 1)
    const drift = (middle: number) => scoreDrift(reference, around(middle, 20_000, 2))!
    for (const side of [-1, 1]) {
      expect(drift(20 + side)).toBeLessThan(NOTABLE_DRIFT)
      expect(drift(20 + 3 * side)).toBeGreaterThan(NOTABLE_DRIFT)
      expect(drift(20 + 6 * side)).toBeGreaterThan(2 * drift(20 + 3 * side))
    }
  })

  it('is the sum of its definition', () => {
    const [a, b] = [
      [400, 600],
      [700, 300],
    ]
    const share = (counts: number[], i: number) => (counts[i]! + 0.5) / 1001
    const expected = [0, 1].reduce((sum, i) => sum + (share(b!, i) - share(a!, i)) * Math.log(share(b!, i) / share(a!, i)), 0)
    expect(scoreDrift(a!, b!)).toBeCloseTo(expected, 12)
  })

  it('sees what comes where the reference has nothing', () => {
    const reference = [...new Array<number>(10).fill(100), ...new Array<number>(40).fill(0)]
    const current = reference.map((count, i) => (i === 49 ? 500 : count))
    expect(scoreDrift(reference, current)).toBeGreaterThan(NOTABLE_DRIFT)
  })

  it('says nothing of too few windows', () => {
    const enough = [FEWEST_WINDOWS, 0]
    expect(scoreDrift(enough, [FEWEST_WINDOWS - 1, 0])).toBeUndefined()
    expect(scoreDrift([FEWEST_WINDOWS - 1, 0], enough)).toBeUndefined()
    expect(scoreDrift(enough, enough)).toBe(0)
  })
})
