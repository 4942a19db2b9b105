import { describe, expect, it } from 'vitest'
import { peakAmplitude, signalToNoiseDb } from '../../../src/detection/window-facts.ts'

/** Rows of alternating ±amplitude on all components around an offset. */
function burst(rows: number, onset: number, noise: number, signal: number): Float64Array {
  return Float64Array.from({ length: rows * 3 }, (_, i) => {
    const row = Math.floor(i / 3)
    return 1000 + (row % 2 === 0 ? 1 : -1) * (row < onset ? noise : signal)
  })
}

describe('window facts', () => {
  it('give the signal to noise ratio around the onset in decibel', () => {
    expect(signalToNoiseDb(burst(500, 300, 1, 10), 300, 20)).toBeCloseTo(20, 5)
    expect(signalToNoiseDb(burst(500, 300, 10, 10), 300, 20)).toBeCloseTo(0, 5)
  })

  it('give no ratio without a second on both sides or with silent noise', () => {
    expect(signalToNoiseDb(burst(500, 300, 1, 10), 10, 20)).toBeNull()
    expect(signalToNoiseDb(burst(500, 300, 1, 10), 490, 20)).toBeNull()
    expect(signalToNoiseDb(burst(500, 300, 0, 10), 300, 20)).toBeNull()
  })

  it('measure the peak without the mean', () => {
    expect(peakAmplitude(burst(500, 0, 1, 7))).toBeCloseTo(7, 9)
  })
})
