/**
 * Facts about a window's amplitudes, row-major [rows, 3] in source units.
 */

const SIGNAL_SECONDS = 5
const NOISE_SECONDS = 10
const MINIMUM_SECONDS = 1

/** Largest absolute sample of any component after its mean over the window is removed. */
export function peakAmplitude(samples: Float64Array): number {
  const means = componentMeans(samples, 0, samples.length / 3)
  let peak = 0
  for (let i = 0; i < samples.length; i++) {
    const amplitude = Math.abs(samples[i]! - means[i % 3]!)
    if (amplitude > peak) peak = amplitude
  }
  return peak
}

/**
 * 20·log10 of the rms in the five seconds after the onset over the rms in the ten seconds before it, all components together,
 * both without the mean before the onset. Rounded to 0.1 dB.
 *
 * @param onsetRow may lie outside the window
 * @returns null when less than a second lies on one side, or the noise is exactly zero
 */
export function signalToNoiseDb(samples: Float64Array, onsetRow: number, gridRate: number): number | null {
  const rows = samples.length / 3
  const onset = Math.round(onsetRow)
  const noiseStart = Math.max(0, onset - NOISE_SECONDS * gridRate)
  const signalEnd = Math.min(rows, onset + SIGNAL_SECONDS * gridRate)
  const minimumRows = MINIMUM_SECONDS * gridRate
  if (onset - noiseStart < minimumRows || signalEnd - onset < minimumRows) return null
  const means = componentMeans(samples, noiseStart, onset)
  const noise = meanSquare(samples, means, noiseStart, onset)
  const signal = meanSquare(samples, means, onset, signalEnd)
  if (!(noise > 0) || !(signal > 0)) return null
  return Math.round(100 * Math.log10(signal / noise)) / 10
}

function componentMeans(samples: Float64Array, from: number, to: number): [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0]
  for (let row = from; row < to; row++) {
    sums[0] += samples[row * 3]!
    sums[1] += samples[row * 3 + 1]!
    sums[2] += samples[row * 3 + 2]!
  }
  const rows = Math.max(1, to - from)
  return [sums[0] / rows, sums[1] / rows, sums[2] / rows]
}

function meanSquare(samples: Float64Array, means: readonly number[], from: number, to: number): number {
  let sum = 0
  for (let i = from * 3; i < to * 3; i++) {
    const value = samples[i]! - means[i % 3]!
    sum += value * value
  }
  return sum / ((to - from) * 3)
}
