import { Fourier, nextPowerOfTwo } from './fourier.ts'

/** Value i is at i · frequencyStep. */
export interface AmplitudeSpectrum {
  /** Hz. */
  readonly frequencyStep: number
  /** From 0 Hz to the Nyquist frequency, source units: a sine of amplitude 1 shows 1 at its frequency. */
  readonly amplitudes: Float64Array
}

/**
 * One-sided amplitude spectrum of one column, demeaned, with a Hann taper (its gain taken out), zero-padded to a power of two.
 *
 * @param samples row-major [rows, 3]
 * @param sampleRate Hz
 */
export function amplitudeSpectrum(samples: ArrayLike<number>, column: 0 | 1 | 2, sampleRate: number): AmplitudeSpectrum {
  const rows = samples.length / 3
  const fourier = new Fourier(nextPowerOfTwo(Math.max(2, rows)))
  const real = new Float64Array(fourier.size)
  const imaginary = new Float64Array(fourier.size)
  let mean = 0
  for (let row = 0; row < rows; row++) mean += samples[3 * row + column]! / rows
  let taperSum = 0
  for (let row = 0; row < rows; row++) {
    const taper = 0.5 - 0.5 * Math.cos((2 * Math.PI * (row + 0.5)) / rows)
    taperSum += taper
    real[row] = taper * (samples[3 * row + column]! - mean)
  }
  fourier.transform(real, imaginary)
  const half = fourier.size / 2
  const amplitudes = Float64Array.from({ length: half + 1 }, (_, k) => {
    // Every frequency but the first and the last is there twice, with its negative.
    const sides = k === 0 || k === half ? 1 : 2
    return (sides * Math.hypot(real[k]!, imaginary[k]!)) / taperSum
  })
  return { frequencyStep: sampleRate / fourier.size, amplitudes }
}
