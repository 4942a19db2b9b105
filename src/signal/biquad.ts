import { UsageError } from '../domain/errors.ts'
import { cosPi, sinPi } from './exact-math.ts'

/** Second-order Butterworth section: a0 = 1, b2 = b0. */
export interface Section {
  readonly b0: number
  readonly b1: number
  readonly a1: number
  readonly a2: number
}

export type Highpass = Section

/**
 * Second-order Butterworth high-pass by the bilinear transform, its corner pre-warped.
 *
 * @param corner -3 dB frequency, Hz
 * @throws {UsageError} when the corner is not between 0 and the Nyquist frequency
 */
export function butterworthHighpass(corner: number, sampleRate: number): Highpass {
  const k = warpedCorner('high-pass', corner, sampleRate)
  const norm = 1 / (1 + Math.SQRT2 * k + k * k)
  return { b0: norm, b1: -2 * norm, a1: 2 * (k * k - 1) * norm, a2: (1 - Math.SQRT2 * k + k * k) * norm }
}

/**
 * Second-order Butterworth low-pass by the bilinear transform, its corner pre-warped.
 *
 * @param corner -3 dB frequency, Hz
 * @throws {UsageError} when the corner is not between 0 and the Nyquist frequency
 */
export function butterworthLowpass(corner: number, sampleRate: number): Section {
  const k = warpedCorner('low-pass', corner, sampleRate)
  const norm = 1 / (1 + Math.SQRT2 * k + k * k)
  const b0 = k * k * norm
  return { b0, b1: 2 * b0, a1: 2 * (k * k - 1) * norm, a2: (1 - Math.SQRT2 * k + k * k) * norm }
}

function warpedCorner(kind: string, corner: number, sampleRate: number): number {
  if (!(corner > 0 && corner < sampleRate / 2)) {
    throw new UsageError(`${kind} corner: expected between 0 and ${sampleRate / 2} Hz, got ${corner}`)
  }
  return sinPi(corner / sampleRate) / cosPi(corner / sampleRate)
}

/**
 * Filters every `step`-th sample in place, from index `from`, `count` times; a negative step runs backwards. Starts in the
 * steady state of the first sample, as if that had lasted for ever, so an offset does not ring.
 */
export function filterHighpass(filter: Highpass, samples: Float64Array, from: number, step: number, count: number): void {
  // A high-pass answers a constant with 0, which fixes both states.
  const rest = filter.b0 * samples[from]!
  filterFrom(-rest, rest, filter, samples, from, step, count)
}

/** Likewise, from silence: for what begins at zero, as behind a high-pass. */
export function filterLowpass(filter: Section, samples: Float64Array, from: number, step: number, count: number): void {
  filterFrom(0, 0, filter, samples, from, step, count)
}

/** Transposed direct form II. */
function filterFrom(
  state1: number,
  state2: number,
  { b0, b1, a1, a2 }: Section,
  samples: Float64Array,
  from: number,
  step: number,
  count: number,
): void {
  let s1 = state1
  let s2 = state2
  for (let n = 0, i = from; n < count; n++, i += step) {
    const x = samples[i]!
    const scaled = b0 * x
    const y = scaled + s1
    s1 = b1 * x - a1 * y + s2
    s2 = scaled - a2 * y
    samples[i] = y
  }
}
