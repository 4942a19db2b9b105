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

/**
 * The same for three interleaved columns at once, bit for bit: one recursion waits for its own last result, three side by side
 * keep the processor busy.
 *
 * @param samples row-major [rows, 3]
 * @param isBackward from the last row to the first
 */
export function filterHighpassThree(filter: Biquad, samples: Float64Array, isBackward: boolean): void {
  const { b0, b1, b2, a1, a2 } = filter
  const step = isBackward ? -3 : 3
  let i = isBackward ? samples.length - 3 : 0
  let p1 = -b0 * samples[i]!
  let p2 = b2 * samples[i]!
  let q1 = -b0 * samples[i + 1]!
  let q2 = b2 * samples[i + 1]!
  let r1 = -b0 * samples[i + 2]!
  let r2 = b2 * samples[i + 2]!
  for (let rows = samples.length / 3; rows > 0; rows--, i += step) {
    const p = samples[i]!
    const q = samples[i + 1]!
    const r = samples[i + 2]!
    const py = b0 * p + p1
    const qy = b0 * q + q1
    const ry = b0 * r + r1
    p1 = b1 * p - a1 * py + p2
    q1 = b1 * q - a1 * qy + q2
    r1 = b1 * r - a1 * ry + r2
    p2 = b2 * p - a2 * py
    q2 = b2 * q - a2 * qy
    r2 = b2 * r - a2 * ry
    samples[i] = py
    samples[i + 1] = qy
    samples[i + 2] = ry
  }
}
