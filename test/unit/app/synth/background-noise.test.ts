import { describe, expect, it } from 'vitest'
import { culturalActivity, NoiseStream, noiseLevelIn, noiseSpectrum } from '../../../../src/app/synth/background-noise.ts'
import { buildNetwork } from '../../../../src/app/synth/network.ts'
import { highNoiseModel, lowNoiseModel } from '../../../../src/app/synth/noise-models.ts'
import { Random } from '../../../../src/app/synth/random.ts'
import { Fourier } from '../../../../src/signal/fourier.ts'

const [station] = buildNetwork({ seed: 3, count: 1, sampleRates: [50] })

describe('background noise', () => {
  it('lies between the low and the high noise model from 0.1 to 10 Hz, on every component, by day and by night', () => {
    for (const component of ['Z', 'N', 'E'] as const) {
      for (const gain of [culturalActivity(2), culturalActivity(14)]) {
        const power = accelerationPower(make(component, gain, 50 * 1800), 50)
        for (let frequency = 0.1; frequency <= 10; frequency *= 1.25) {
          const decibel = power(frequency)
          expect(decibel, `${component} at ${frequency} Hz`).toBeGreaterThan(lowNoiseModel(frequency) + 2)
          expect(decibel, `${component} at ${frequency} Hz`).toBeLessThan(highNoiseModel(frequency) - 2)
        }
      }
    }
  })

  it('has the spectrum it was made from', () => {
    const spectrum = noiseSpectrum(station!, 'Z')
    const power = accelerationPower(make('Z', 1, 50 * 1800), 50)
    for (const frequency of [0.5, 1, 2, 4, 8]) {
      const wanted = (spectrum.natural(frequency) + spectrum.cultural(frequency)) * (2 * Math.PI * frequency) ** 2
      expect(power(frequency)).toBeGreaterThan(10 * Math.log10(wanted) - 1.5)
      expect(power(frequency)).toBeLessThan(10 * Math.log10(wanted) + 1.5)
    }
  })

  it('is the same whether it is taken in large or in small pieces', () => {
    const whole = new Float64Array(20_000)
    stream('Z', 1).addTo(whole, 1)
    const source = stream('Z', 1)
    const pieces = new Float64Array(20_000)
    for (let at = 0; at < pieces.length; at += 777) source.addTo(pieces.subarray(at, at + 777), 1)
    expect(pieces).toEqual(whole)
  })

  it('never dips or swells where blocks meet', () => {
    const noise = make('Z', 1, 50 * 3600)
    const rms = Array.from({ length: 36 }, (_, n) => Math.sqrt(meanSquare(highPassed(noise.subarray(n * 5000, (n + 1) * 5000)))))
    expect(Math.max(...rms) / Math.min(...rms)).toBeLessThan(1.25)
  })

  it('is quieter at night above 1 Hz', () => {
    const day = meanSquare(highPassed(make('Z', culturalActivity(14), 50 * 600)))
    const night = meanSquare(highPassed(make('Z', culturalActivity(2), 50 * 600)))
    expect(10 * Math.log10(day / night)).toBeGreaterThan(4)
  })
})

it('noiseLevelIn sums the spectrum: a wider band holds more', () => {
  const band = noiseLevelIn(station!, 1, 10)
  expect(band).toBeGreaterThan(0)
  expect(Math.hypot(noiseLevelIn(station!, 1, 5), noiseLevelIn(station!, 5, 10)) / band).toBeCloseTo(1, 2)
})

function stream(component: 'Z' | 'N' | 'E', culturalGain: number): NoiseStream {
  return new NoiseStream(noiseSpectrum(station!, component), 50, new Random(1, component), () => culturalGain)
}

function make(component: 'Z' | 'N' | 'E', culturalGain: number, count: number): Float64Array {
  const out = new Float64Array(count)
  stream(component, culturalGain).addTo(out, 1)
  return out
}

/** Differences between samples: what is left is mostly above 1 Hz. */
function highPassed(samples: Float64Array): Float64Array {
  const smooth = 25
  return samples.map((value, n) =>
    n < smooth ? 0 : value - samples.subarray(n - smooth, n).reduce((sum, x) => sum + x, 0) / smooth,
  )
}

function meanSquare(samples: Float64Array): number {
  return samples.reduce((sum, value) => sum + value ** 2, 0) / samples.length
}

/** Welch's estimate with Hann windows of 4096; power of acceleration in dB, mean over a sixth of an octave. */
function accelerationPower(velocity: Float64Array, sampleRate: number): (frequency: number) => number {
  const size = 4096
  const fourier = new Fourier(size)
  const power = new Float64Array(size / 2)
  let blocks = 0
  for (let start = 0; start + size <= velocity.length; start += size / 2, blocks++) {
    const re = Float64Array.from({ length: size }, (_, n) => velocity[start + n]! * Math.sin((Math.PI * n) / size) ** 2)
    const im = new Float64Array(size)
    fourier.transform(re, im)
    for (let k = 0; k < size / 2; k++) power[k] = power[k]! + re[k]! ** 2 + im[k]! ** 2
  }
  const scale = 2 / (blocks * sampleRate * size * 0.375)
  return (frequency) => {
    const from = Math.round((frequency / 1.06 / sampleRate) * size)
    const to = Math.max(from + 1, Math.round(((frequency * 1.06) / sampleRate) * size))
    let sum = 0
    for (let k = from; k < to; k++) sum += power[k]! * scale * ((2 * Math.PI * k * sampleRate) / size) ** 2
    return 10 * Math.log10(sum / (to - from))
  }
}
