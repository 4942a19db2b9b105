import { describe, expect, it } from 'vitest'
import { pickOnset } from '../../../src/signal/onset-picker.ts'
import { resamplerKernel } from '../../../src/signal/resampler-kernel.ts'
import { naiveAic } from '../../helpers/naive/aic.ts'
import { gaussianNoise } from '../../helpers/signals.ts'

const ROWS = 501

describe('onset picker', () => {
  it.each([
    // A weak one needs some seconds of signal to be clear.
    { ratio: 4, half: 2.5, most: 20, onsets: [60, 130, 250, 333, 400] },
    { ratio: 8, half: 1.5, most: 5, onsets: [25, 60, 130, 250, 333, 420, 480] },
    { ratio: 20, half: 1.5, most: 5, onsets: [25, 60, 130, 250, 333, 420, 480] },
    { ratio: 100, half: 1.5, most: 5, onsets: [22, 60, 130, 250, 333, 420, 490] },
  ])('finds an arrival of signal-to-noise $ratio anywhere in the window', ({ ratio, half, most, onsets }) => {
    const errors = onsets.flatMap((onset, i) =>
      Array.from({ length: 10 }, (_, seed) => {
        const pick = pickOnset(windowWith([{ onset, amplitude: ratio }], 100 * i + seed))
        return Math.abs((pick?.index ?? Number.POSITIVE_INFINITY) - onset)
      }),
    )
    const ascending = errors.toSorted((a, b) => a - b)
    expect(ascending[Math.floor(errors.length * 0.5)]).toBeLessThan(half)
    expect(ascending[Math.floor(errors.length * 0.9)]).toBeLessThan(most)
  })

  it('picks P and not the stronger S', () => {
    for (let seed = 0; seed < 20; seed++) {
      const pick = pickOnset(
        windowWith(
          [
            { onset: 200, amplitude: 15 },
            { onset: 320, amplitude: 150 },
          ],
          seed,
        ),
      )
      expect(Math.abs(pick!.index - 200)).toBeLessThan(5)
    }
  })

  it.each([40, 60])('does not take the ringing of the resampler before an arrival of %d dB for its onset', (decibel) => {
    const errors = Array.from({ length: 10 }, (_, seed) => {
      const onset = 600 + 33 * seed
      const columns = [0, 1, 2].map((c) => resampled(loudNoise(onset, 10 ** (decibel / 20), 10 * seed + c)))
      const window = Float64Array.from({ length: 3 * ROWS }, (_, i) => columns[i % 3]![Math.floor(i / 3)]!)
      return Math.abs(pickOnset(window)!.index - onset / 5)
    })
    expect(errors.toSorted((a, b) => a - b)[5]).toBeLessThan(3.5)
    expect(Math.max(...errors)).toBeLessThan(6)
  })

  it('picks P however loud and long its coda decays behind it', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(Math.abs(pickOnset(windowWith([{ onset: 60, amplitude: 50, decayRows: 60 }], seed))!.index - 60)).toBeLessThan(4)
    }
  })

  it('looks only after the previous onset when told so', () => {
    const window = windowWith(
      [
        { onset: 100, amplitude: 100, decayRows: 15 },
        { onset: 300, amplitude: 60 },
      ],
      1,
    )
    expect(Math.abs(pickOnset(window)!.index - 100)).toBeLessThan(4)
    expect(Math.abs(pickOnset(window, { earliestIndex: 160 })!.index - 300)).toBeLessThan(4)
    expect(pickOnset(window, { earliestIndex: 490 })).toBeUndefined()
    expect(pickOnset(window, { earliestIndex: 900 })).toBeUndefined()
  })

  it('finds no onset in noise', () => {
    const picks = Array.from({ length: 200 }, (_, seed) => pickOnset(windowWith([], seed)))
    expect(picks.filter((pick) => pick !== undefined)).toHaveLength(0)
  })

  it('finds no onset where there is nothing', () => {
    expect(pickOnset(new Float64Array(ROWS * 3))).toBeUndefined()
    expect(pickOnset(new Float64Array(ROWS * 3).fill(8e6))).toBeUndefined()
    expect(pickOnset(new Float64Array(ROWS * 3).fill(Number.NaN))).toBeUndefined()
    expect(pickOnset(new Float64Array(0))).toBeUndefined()
  })

  it('does not depend on units, offset, drift or microseism', () => {
    const window = windowWith([{ onset: 222, amplitude: 20 }], 5)
    const plain = pickOnset(window)!
    const scaled = pickOnset(window.map((value) => value * 2 ** -30))!
    expect(scaled.index).toBeCloseTo(plain.index, 9)
    expect(scaled.uncertaintySamples).toBeCloseTo(plain.uncertaintySamples, 9)
    const disturbed = window.map((value, i) => {
      const row = Math.floor(i / 3)
      return value + 1e6 + row + 40 * Math.sin((2 * Math.PI * 0.15 * row) / 20)
    })
    expect(Math.abs(pickOnset(disturbed)!.index - plain.index)).toBeLessThan(2)
  })

  it('works when only one component sees it, or only one is alive', () => {
    const seen = windowWith([{ onset: 300, amplitude: 60 }], 6)
    const noise = windowWith([], 7)
    const oneSees = seen.map((value, i) => (i % 3 === 0 ? value : noise[i]!))
    const oneLives = seen.map((value, i) => (i % 3 === 0 ? value : 0))
    const oneIsSick = seen.map((value, i) => (i % 3 === 1 ? Number.NaN : value))
    for (const window of [oneSees, oneLives, oneIsSick]) expect(Math.abs(pickOnset(window)!.index - 300)).toBeLessThan(3)
  })

  it('is less certain about a weak arrival than about a strong one', () => {
    const uncertainty = (amplitude: number) =>
      Array.from(
        { length: 20 },
        (_, seed) => pickOnset(windowWith([{ onset: 250, amplitude, riseRows: 20 }], seed))!.uncertaintySamples,
      ).reduce((sum, value) => sum + value) / 20
    expect(uncertainty(5)).toBeGreaterThan(2 * uncertainty(100))
    expect(uncertainty(1e5)).toBeGreaterThan(Math.sqrt(1 / 12))
  })

  it('has its minimum where the definition has it', () => {
    for (let seed = 0; seed < 10; seed++) {
      // Alternating signs are far above the picker's high-pass, which then only scales them.
      const samples = Array.from(
        gaussianNoise(300, seed),
        (value, i) => (i % 2 === 0 ? 1 : -1) * (2 + 0.2 * value) * (i < 200 ? 1 : 8),
      )
      const aic = naiveAic(samples)
      const expected = aic.indexOf(Math.min(...aic.slice(20, 290)))
      const pick = pickOnset(Float64Array.from(samples), { channels: 1 })
      expect(Math.abs(pick!.index - expected)).toBeLessThan(1)
    }
  })
})

/** 100 Hz: noise of standard deviation 1 that becomes so much louder at a sample and decays. */
function loudNoise(onset: number, amplitude: number, seed: number): Float64Array {
  return gaussianNoise(5 * ROWS, seed + 1).map((value, i) =>
    i < onset ? value : value * amplitude * Math.exp((onset - i) / 300),
  )
}

/** From 100 to 20 Hz, by the definition. */
function resampled(samples: Float64Array): Float64Array {
  return Float64Array.from({ length: ROWS }, (_, row) =>
    samples.reduce((sum, value, i) => sum + value * resamplerKernel(i / 5 - row), 0),
  )
}

interface Arrival {
  readonly onset: number
  readonly amplitude: number
  readonly riseRows?: number
  readonly decayRows?: number
}

/** Noise of standard deviation 1 plus wave trains of a few Hz, polarised differently. */
function windowWith(arrivals: readonly Arrival[], seed: number): Float64Array {
  const window = gaussianNoise(ROWS * 3, seed + 1)
  const carrier = gaussianNoise(ROWS * 3, seed + 1001)
  for (const { onset, amplitude, riseRows = 1, decayRows = 150 } of arrivals) {
    for (let row = onset; row < ROWS; row++) {
      const age = row - onset
      const envelope = amplitude * Math.min(1, (age + 1) / riseRows) * Math.exp(-age / decayRows)
      for (let c = 0; c < 3; c++) {
        const wave = Math.cos((2 * Math.PI * 4 * age) / 20 + c) + 0.5 * carrier[3 * row + c]!
        window[3 * row + c]! += envelope * [1, 0.6, 0.4][c]! * wave
      }
    }
  }
  return window
}
