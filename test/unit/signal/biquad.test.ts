import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/domain/errors.ts'
import { butterworthHighpass, butterworthLowpass, filterHighpass, filterLowpass } from '../../../src/signal/biquad.ts'
import { sine, spike } from '../../helpers/signals.ts'

describe('high-pass', () => {
  it.each([0.1, 1, 2, 9])('is 3 dB down at its corner of %d Hz', (corner) => {
    expect(gain(corner, corner)).toBeCloseTo(Math.SQRT1_2, 6)
  })

  it('falls by 12 dB per octave below the corner and is flat above', () => {
    expect(gain(2, 0.02) / gain(2, 0.01)).toBeCloseTo(4, 2)
    expect(gain(0.5, 8)).toBeCloseTo(1, 4)
  })

  it('answers a constant with nothing, from the first sample on', () => {
    const samples = new Float64Array(50).fill(8e6)
    filterHighpass(butterworthHighpass(1, 20), samples, 0, 1, 50)
    expect(Math.max(...samples.map(Math.abs))).toBeLessThan(1e-7)
  })

  it('runs backwards over every third sample when told so', () => {
    const filter = butterworthHighpass(1, 20)
    const forward = sine(40, 20, 3)
    const strided = Float64Array.from({ length: 120 }, (_, i) => (i % 3 === 1 ? forward[39 - (i - 1) / 3]! : 7))
    filterHighpass(filter, forward, 0, 1, 40)
    filterHighpass(filter, strided, 118, -3, 40)
    expect(strided.filter((_, i) => i % 3 === 1).toReversed()).toEqual(forward)
    expect(strided.filter((_, i) => i % 3 !== 1)).toEqual(new Float64Array(80).fill(7))
  })

  it.each([0, -1, 10, Number.NaN])('refuses a corner of %d Hz at 20 Hz', (corner) => {
    expect(() => butterworthHighpass(corner, 20)).toThrow(UsageError)
  })
})

describe('low-pass', () => {
  it.each([0.5, 3, 7])('is 3 dB down at its corner of %d Hz and lets pass what is far below', (corner) => {
    expect(lowpassGain(corner, corner)).toBeCloseTo(Math.SQRT1_2, 6)
    expect(lowpassGain(corner, corner / 20)).toBeCloseTo(1, 4)
  })

  it('falls by 12 dB per octave far above the corner', () => {
    expect(lowpassGain(0.05, 0.5) / lowpassGain(0.05, 1)).toBeCloseTo(4, 1)
  })

  it('filters one column and leaves the others', () => {
    const samples = new Float64Array(60).fill(1)
    filterLowpass(butterworthLowpass(7, 20), samples, 1, 3, 20)
    expect(samples[1]).toBeLessThan(1)
    expect(samples.filter((_, i) => i % 3 !== 1)).toEqual(new Float64Array(40).fill(1))
  })
})

function gain(corner: number, frequency: number): number {
  const response = spike(20_000, 1)
  filterHighpass(butterworthHighpass(corner, 20), response, 0, 1, response.length)
  return gainOf(response, frequency)
}

function lowpassGain(corner: number, frequency: number): number {
  const response = spike(20_000, 0)
  filterLowpass(butterworthLowpass(corner, 20), response, 0, 1, response.length)
  return gainOf(response, frequency)
}

/** Amplitude response at a frequency, from the impulse response. */
function gainOf(response: Float64Array, frequency: number): number {
  let [real, imaginary] = [0, 0]
  for (const [i, value] of response.entries()) {
    real += value * Math.cos((2 * Math.PI * frequency * i) / 20)
    imaginary += value * Math.sin((2 * Math.PI * frequency * i) / 20)
  }
  return Math.hypot(real, imaginary)
}
