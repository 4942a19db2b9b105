import { describe, expect, it } from 'vitest'
import { spectrumRange } from '../../../../src/web/detections/spectrum-range.ts'

describe('the axes of a spectrum', () => {
  it('go from the first line after the mean to the last, four decades down from the highest', () => {
    const range = spectrumRange({ frequencyStep: 0.04, Z: [99, 1, 2], N: [0, 8, 1], E: [0, 0, 0] })
    expect(range).toEqual({ from: 0.04, to: 0.08, least: 0.0012, largest: 12 })
  })

  it('are none where there is nothing', () => {
    expect(spectrumRange({ frequencyStep: 0.04, Z: [5, 0, 0], N: [0, 0, 0], E: [0, 0, 0] })).toBeUndefined()
    expect(spectrumRange({ frequencyStep: 0.04, Z: [], N: [], E: [] })).toBeUndefined()
  })
})
