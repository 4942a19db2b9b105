import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areaUnderCurve,
  balancedCrossEntropy,
  classificationMetrics,
  type LabelledScore,
} from '../../../src/detection/metrics.ts'

const scores = (earthquakes: number[], noise: number[]): LabelledScore[] => [
  ...earthquakes.map((score) => ({ score, isEarthquake: true })),
  ...noise.map((score) => ({ score, isEarthquake: false })),
]

describe('classificationMetrics', () => {
  it('counts a score at the threshold as an earthquake', () => {
    expect(classificationMetrics(scores([0.5], []), 0.5).recall).toBe(1)
  })

  it('gives the shares of a worked example', () => {
    const metrics = classificationMetrics(scores([0.9, 0.8, 0.3], [0.7, 0.1, 0.2, 0.4, 0.05]), 0.5)
    expect(metrics).toEqual({
      windows: 8,
      accuracy: 6 / 8,
      precision: 2 / 3,
      recall: 2 / 3,
      falsePositiveRate: 1 / 5,
      auc: 13 / 15,
    })
  })

  it('gives null where there is nothing to divide by', () => {
    expect(classificationMetrics([], 0.5)).toEqual({
      windows: 0,
      accuracy: null,
      precision: null,
      recall: null,
      falsePositiveRate: null,
      auc: null,
    })
    expect(classificationMetrics(scores([], [0.1]), 0.5)).toMatchObject({ accuracy: 1, precision: null, recall: null, auc: null })
  })
})

describe('areaUnderCurve', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    const score = fc.integer({ min: 0, max: 5 }).map((level) => level / 5)
    fc.assert(
      fc.property(fc.array(score, { minLength: 1 }), fc.array(score, { minLength: 1 }), (earthquakes, noise) => {
        const wins = earthquakes.flatMap((e) => noise.map((n): number => (e > n ? 1 : e === n ? 0.5 : 0)))
        const expected = wins.reduce((a, b) => a + b, 0) / wins.length
        expect(areaUnderCurve(scores(earthquakes, noise))).toBeCloseTo(expected, 12)
      }),
    )
  })
})

describe('balancedCrossEntropy', () => {
  it('is ln 2 for a guess and 0 for certainty that is right', () => {
    expect(balancedCrossEntropy(scores([0.5], [0.5, 0.5]))).toBeCloseTo(Math.LN2, 12)
    expect(balancedCrossEntropy(scores([1], [0]))).toBe(0)
  })

  it('weighs both classes the same, and one sure mistake finitely', () => {
    expect(balancedCrossEntropy(scores([0.5], [0, 0, 0]))).toBeCloseTo(Math.LN2 / 2, 12)
    expect(balancedCrossEntropy(scores([0], [0]))).toBeCloseTo(Math.log(1e6) / 2, 9)
  })

  it('is null when a class is missing', () => {
    expect(balancedCrossEntropy(scores([1], []))).toBeNull()
  })
})
