import { describe, expect, it } from 'vitest'
import { divergingColour } from '../../../../src/web/model/diverging-colour.ts'
import { byFrequency, frequencyResponse, inputRate, kernelMatrix } from '../../../../src/web/model/kernel-response.ts'
import { calibrationWords, driftLevel, preprocessWords, scoreWords } from '../../../../src/web/model/model-words.ts'

/** Two inputs, two filters: the mean of three samples, and their second difference. */
const LAYER = {
  name: 'conv1',
  kind: 'conv1d',
  output: [251, 2] as [number, number],
  weights: [
    { name: 'kernel', shape: [3, 2, 2], values: [1, 1, 0, 0, 1, -2, 0, 0, 1, 1, 0, 0] },
    { name: 'bias', shape: [2], values: [0, 0] },
  ],
}

describe('kernels as pictures', () => {
  it('have a column per filter and a row per input and tap', () => {
    const matrix = kernelMatrix(LAYER)
    expect(matrix).toMatchObject({ taps: 3, inputs: 2, filters: 2 })
    expect([...matrix!.values]).toEqual([1, 1, 1, -2, 1, 1, 0, 0, 0, 0, 0, 0])
    expect(kernelMatrix({ ...LAYER, weights: [{ name: 'kernel', shape: [2, 3], values: [1, 2, 3, 4, 5, 6] }] })).toMatchObject({
      taps: 1,
      inputs: 2,
      filters: 3,
    })
    expect(kernelMatrix({ ...LAYER, weights: [] })).toBeUndefined()
  })

  it('let pass what their Fourier transform says', () => {
    const response = frequencyResponse(kernelMatrix(LAYER)!)
    for (let k = 0; k < response.frequencies; k++) {
      const omega = (2 * Math.PI * k) / 64
      expect(response.shares[k * 2]).toBeCloseTo(Math.abs(1 + 2 * Math.cos(omega)) / 3, 9)
      expect(response.shares[k * 2 + 1]).toBeCloseTo((1 - Math.cos(omega)) / (1 - Math.cos((2 * Math.PI * 31) / 64)), 9)
    }
    expect(byFrequency(response, 2)).toEqual([0, 1])
  })

  it('see fewer rows a second the deeper they are', () => {
    expect(inputRate([LAYER, LAYER], 0, 20, 501)).toBe(20)
    expect(inputRate([LAYER, LAYER], 1, 20, 501)).toBeCloseTo(10.02, 2)
  })

  it('have one colour scale, light at zero', () => {
    expect(divergingColour(0)).toEqual([240, 240, 240])
    expect(divergingColour(-5)).toEqual(divergingColour(-1))
    expect(divergingColour(1)).not.toEqual(divergingColour(-1))
  })
})

describe('a model in words', () => {
  it('says what is done to a window', () => {
    expect(preprocessWords({ detrend: 'demean', highpassHz: 2, normalise: 'max-abs' })).toBe(
      'without its mean, high-pass 2 Hz, divided by its largest absolute sample, the three components together',
    )
    expect(preprocessWords({ detrend: 'none', highpassHz: null, taperSeconds: 1, normalise: 'none' })).toBe(
      'as it is, tapered over 1 s, not normalised',
    )
  })

  it('says how a score comes about', () => {
    const onset = { neutralRatio: 5 }
    const secondOpinion = { model: '../local-40hz', weightsSha256: '' }
    const weighed = 'times the power ratio of the clearest onset in the window over 5: a clear onset raises it, none lowers it'
    const asked = 'where the network says 0.1 or more, local-40hz is asked, too, on instruments that are fast enough for it; '
    expect(scoreWords({ onset })).toBe(`the network’s odds ${weighed}`)
    expect(scoreWords({})).toBe('the network’s')
    expect(scoreWords({ onset, secondOpinion })).toBe(`${asked}the geometric mean of both models’ odds ${weighed}`)
    expect(scoreWords({ secondOpinion })).toBe(`${asked}the geometric mean of both models’ odds`)
  })

  it('says what a score means', () => {
    const calibration = { temperature: 0.5, split: 'dev', windows: 1, dataSha256: [] } as never
    expect(calibrationWords(calibration)).toMatch(
      /^The network is too careful: a score of 0.5 means 50 %, 0.8 means 94 %, 0.95 means 99.72 %/,
    )
  })

  it('judges drift by the rule of thumb', () => {
    expect([null, 0, 0.1, 0.25, 0.3].map(driftLevel)).toEqual(['unknown', 'same', 'shifted', 'shifted', 'moved'])
  })
})
