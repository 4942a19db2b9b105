import { describe, expect, it } from 'vitest'
import { fitTemperature, reliability } from '../../../src/detection/calibration.ts'
import type { LabelledScore } from '../../../src/detection/metrics.ts'
import { calibratedScore, logitOf, probabilityOf } from '../../../src/domain/calibration.ts'
import { gaussianNoise, seededRandom } from '../../helpers/signals.ts'

describe('calibration', () => {
  it.each([0.5, 1, 3])('finds the temperature %d that scores were sharpened by', (temperature) => {
    const scores = honest(20_000).map(({ score, isEarthquake }) => ({
      isEarthquake,
      score: probabilityOf(logitOf(score) * temperature),
    }))
    expect(fitTemperature(scores)).toBeCloseTo(temperature, 0.7)
  })

  it('has no temperature for one class alone, nor where nothing is called wrong', () => {
    expect(fitTemperature([{ score: 0.5, isEarthquake: true }])).toBeUndefined()
    const separable = [0.1, 0.2, 0.8, 0.9].map((score) => ({ score, isEarthquake: score > 0.5 }))
    expect(fitTemperature(separable)).toBeUndefined()
  })

  it('makes sharpened scores honest again, and never changes their order', () => {
    const sharp = honest(20_000).map(({ score, isEarthquake }) => ({ isEarthquake, score: probabilityOf(logitOf(score) * 3) }))
    const temperature = fitTemperature(sharp) ?? 1
    const before = reliability(sharp)
    const after = reliability(sharp, temperature)
    expect(after.expectedCalibrationError).toBeLessThan((before.expectedCalibrationError ?? 0) / 3)
    expect(after.negativeLogLikelihood).toBeLessThan(before.negativeLogLikelihood ?? 0)
    const ordered = [0, 1e-9, 0.01, 0.5, 0.99, 1].map((score) => calibratedScore(score, temperature))
    expect(ordered).toEqual([...ordered].sort((a, b) => a - b))
    expect(calibratedScore(0.5, temperature)).toBe(0.5)
  })

  it('counts bins, shares and the distance from the diagonal', () => {
    const scores = [
      { score: 0.95, isEarthquake: true },
      { score: 0.95, isEarthquake: false },
      { score: 0.05, isEarthquake: false },
      { score: 1, isEarthquake: true },
    ]
    const { bins, expectedCalibrationError, negativeLogLikelihood } = reliability(scores)
    expect(bins[9]).toMatchObject({ windows: 3, earthquakeShare: 2 / 3 })
    expect(bins[0]).toMatchObject({ windows: 1, meanScore: 0.05, earthquakeShare: 0 })
    expect(bins[5]).toMatchObject({ windows: 0, meanScore: null })
    expect(expectedCalibrationError).toBeCloseTo((Math.abs(2.9 - 2) + 0.05) / 4, 12)
    expect(negativeLogLikelihood).toBeCloseTo(-(Math.log(0.95) + Math.log(0.05) + Math.log(0.95)) / 4, 5)
  })
})

/** Windows whose scores are the chance that they hold an earthquake. */
function honest(count: number): LabelledScore[] {
  const random = seededRandom(5)
  return [...gaussianNoise(count, 4)].map((logit) => {
    const score = probabilityOf(2 * logit)
    return { score, isEarthquake: random() < score }
  })
}
