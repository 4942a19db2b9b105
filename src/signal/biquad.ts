import { UsageError } from '../domain/errors.ts'
import { cosPi, sinPi } from './exact-math.ts'

/** Second-order section, a0 = 1. */
export interface Biquad {
  readonly b0: number
  readonly b1: number
  readonly b2: number
  readonly a1: number
  readonly a2: number
}

/**
 * Second-order Butterworth high-pass by the bilinear transform, its corner pre-warped.
 *
 * @param corner -3 dB frequency, Hz
 * @throws {UsageError} when the corner is not between 0 and the Nyquist frequency
 */
export function butterworthHighpass(corner: number, sampleRate: number): Biquad {
  if (!(corner > 0 && corner < sampleRate / 2)) {
    throw new UsageError(`high-pass corner: expected between 0 and ${sampleRate / 2} Hz, got ${corner}`)
  }
  const k = sinPi(corner / sampleRate) / cosPi(corner / sampleRate)
  const norm = 1 / (1 + Math.SQRT2 * k + k * k)
  return { b0: norm, b1: -2 * norm, b2: norm, a1: 2 * (k * k - 1) * norm, a2: (1 - Math.SQRT2 * k + k * k) * norm }
}

/**
 * Filters every `step`-th sample in place, from index `from`, `count` times; a negative step runs backwards. Starts in the
 * steady state of the first sample, as if that had lasted for ever, so an offset does not ring.
 */
export function filterHighpass(filter: Biquad, samples: Float64Array, from: number, step: number, count: number): void {
  const { b0, b1, b2, a1, a2 } = filter
  // Transposed direct form II. A high-pass answers a constant with 0, which fixes both states.
  const first = samples[from]!
  let s1 = -b0 * first
  let s2 = b2 * first
  for (let n = 0, i = from; n < count; n++, i += step) {
    const x = samples[i]!
    const y = b0 * x + s1
    s1 = b1 * x - a1 * y + s2
    s2 = b2 * x - a2 * y
    samples[i] = y
  }
}
