import { describe, expect, it } from 'vitest'
import { bootstrapIntervals, type GroupedScore } from '../../../../src/app/evaluation/bootstrap.ts'
import { seededRandom } from '../../../helpers/signals.ts'

describe('bootstrapIntervals', () => {
  it('is as wide as the binomial for windows that are groups of their own', () => {
    const scores = windows(400, 1)
    const { accuracy } = bootstrapIntervals(scores, 0.5)
    const measured = scores.filter(({ score }) => score >= 0.5).length / scores.length
    const half = 1.96 * Math.sqrt((measured * (1 - measured)) / scores.length)
    expect(accuracy?.[0]).toBeCloseTo(measured - half, 1.6)
    expect(accuracy?.[1]).toBeCloseTo(measured + half, 1.6)
  })

  it('is wider by the root of the group when all windows of a group are alike', () => {
    const width = (copies: number) => {
      const [low = 0, high = 0] = bootstrapIntervals(windows(100, copies), 0.5).accuracy ?? []
      return high - low
    }
    expect(width(9)).toBeCloseTo(width(1), 1.5)
  })

  it('gives the same interval for the same scores, and none where a class or a second group is missing', () => {
    const scores = windows(50, 2)
    expect(bootstrapIntervals(scores, 0.5)).toEqual(bootstrapIntervals(scores, 0.5))
    expect(bootstrapIntervals(scores, 0.5).falsePositiveRate).toBeNull()
    expect(bootstrapIntervals(scores.slice(0, 2), 0.5).accuracy).toBeNull()
  })
})

/** Earthquakes of which nine in ten are found. */
function windows(groups: number, copies: number): GroupedScore[] {
  const random = seededRandom(2)
  return Array.from({ length: groups }, (_, index) => {
    const score = random() < 0.9 ? 0.8 : 0.2
    return Array.from({ length: copies }, () => ({ score, isEarthquake: true, group: `event ${index}` }))
  }).flat()
}
