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
  const { b0, b1, a1, a2 } = filter
  // Transposed direct form II. A high-pass answers a constant with 0, which fixes both states.
  const first = samples[from]!
  let s1 = -b0 * first
  let s2 = b0 * first
  for (let n = 0, i = from; n < count; n++, i += step) {
    const x = samples[i]!
    const scaled = b0 * x
    const y = scaled + s1
    s1 = b1 * x - a1 * y + s2
    s2 = scaled - a2 * y
    samples[i] = y
  }
}

/**
 * The same for three interleaved columns at once, less an offset each, bit for bit: one recursion waits for its own last result,
 * three side by side keep the processor busy, and the subtraction is done while they wait.
 *
 * @param from row-major [rows, 3]
 * @param offsets of the columns
 * @param to row-major [rows, 3]; may be `from`
 */
export function filterForward(filter: Highpass, from: Float64Array, offsets: Float64Array, to: Float64Array): void {
  const { b0, b1, a1, a2 } = filter
  const { length } = from
  const pOffset = offsets[0]!
  const qOffset = offsets[1]!
  const rOffset = offsets[2]!
  const pFirst = from[0]! - pOffset
  const qFirst = from[1]! - qOffset
  const rFirst = from[2]! - rOffset
  let p1 = -b0 * pFirst
  let p2 = b0 * pFirst
  let q1 = -b0 * qFirst
  let q2 = b0 * qFirst
  let r1 = -b0 * rFirst
  let r2 = b0 * rFirst
  for (let i = 0; i < length; i += 3) {
    const p = from[i]! - pOffset
    const q = from[i + 1]! - qOffset
    const r = from[i + 2]! - rOffset
    const p0 = b0 * p
    const q0 = b0 * q
    const r0 = b0 * r
    const py = p0 + p1
    const qy = q0 + q1
    const ry = r0 + r1
    p1 = b1 * p - a1 * py + p2
    q1 = b1 * q - a1 * qy + q2
    r1 = b1 * r - a1 * ry + r2
    p2 = p0 - a2 * py
    q2 = q0 - a2 * qy
    r2 = r0 - a2 * ry
    to[i] = py
    to[i + 1] = qy
    to[i + 2] = ry
  }
}

/**
 * Three interleaved columns at once, in place, from the last row to the first. What is largest is found while the recursions
 * wait for themselves.
 *
 * @param samples row-major [rows, 3]
 * @returns the largest absolute value of the result
 */
export function filterBackward(filter: Highpass, samples: Float64Array): number {
  const { b0, b1, a1, a2 } = filter
  const last = samples.length - 3
  let p1 = -b0 * samples[last]!
  let p2 = b0 * samples[last]!
  let q1 = -b0 * samples[last + 1]!
  let q2 = b0 * samples[last + 1]!
  let r1 = -b0 * samples[last + 2]!
  let r2 = b0 * samples[last + 2]!
  let pLargest = 0
  let qLargest = 0
  let rLargest = 0
  for (let i = last; i >= 0; i -= 3) {
    const p = samples[i]!
    const q = samples[i + 1]!
    const r = samples[i + 2]!
    const p0 = b0 * p
    const q0 = b0 * q
    const r0 = b0 * r
    const py = p0 + p1
    const qy = q0 + q1
    const ry = r0 + r1
    p1 = b1 * p - a1 * py + p2
    q1 = b1 * q - a1 * qy + q2
    r1 = b1 * r - a1 * ry + r2
    p2 = p0 - a2 * py
    q2 = q0 - a2 * qy
    r2 = r0 - a2 * ry
    samples[i] = py
    samples[i + 1] = qy
    samples[i + 2] = ry
    const pSize = Math.abs(py)
    const qSize = Math.abs(qy)
    const rSize = Math.abs(ry)
    // Not Math.max: a branch that is hardly ever taken costs less.
    if (pSize > pLargest) pLargest = pSize
    if (qSize > qLargest) qLargest = qSize
    if (rSize > rLargest) rLargest = rSize
  }
  return Math.max(pLargest, qLargest, rLargest)
}
