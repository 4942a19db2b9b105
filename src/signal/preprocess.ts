import { UsageError } from '../domain/errors.ts'
import type { PreprocessSpec } from '../domain/preprocess-spec.ts'
import { butterworthHighpass } from './biquad.ts'
import { sinPi } from './exact-math.ts'
import { PreprocessKernel } from './preprocess-kernel.ts'

export interface PreprocessShape {
  /** Rows of a window. */
  readonly windowLength: number
  /** Columns of a window: 3. */
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
}

/**
 * Turns one raw window into the network's input.
 *
 * @param raw row-major [windowLength, 3], source units; not changed
 * @param out row-major [windowLength, 3]; filled with zeros when the window is unusable
 * @returns false when a sample is not finite or nothing is left to see (all zero, constant, or with `linear` an exact line)
 */
export type Preprocessor = (raw: Float64Array, out: Float32Array) => boolean

/** What remains of a window below this fraction of its largest raw value is rounding, not ground motion. */
const ROUNDING = 1e-12

/**
 * Compiles a spec. The result is a pure function of the window (its scratch space never shows), so restarts and batches cannot
 * change a bit. Steps: detrend → high-pass → taper → normalise, each as `PreprocessSpec` says.
 *
 * The high-pass runs forward, then backward (zero phase, 12 dB/octave twice). Each pass starts in the steady state of its first
 * sample, as if that had lasted for ever, so the window's edges do not ring with the offset.
 *
 * @throws {UsageError} when there are not three columns, the corner is not between 0 and the Nyquist frequency or the tapers overlap
 */
export function createPreprocessor(spec: PreprocessSpec, shape: PreprocessShape): Preprocessor {
  const { windowLength, channels, sampleRate } = shape
  if (channels !== 3) throw new UsageError(`preprocess: expected windows of 3 components, got ${channels}`)
  const highpass = spec.highpassHz === null ? undefined : butterworthHighpass(spec.highpassHz, sampleRate)
  const taper = cosineTaper(spec.taperSeconds ?? 0, shape)
  const kernel = kernelFor(windowLength)
  const { means, samples } = kernel

  return (raw, out) => {
    kernel.raw.set(raw)
    const magnitude = kernel.measure()
    if (spec.detrend !== 'demean') means.fill(0)
    const from = spec.detrend === 'linear' ? subtractLines(raw, samples) : kernel.raw
    let peak = 0
    if (highpass) {
      kernel.filterForward(highpass, from)
      peak = kernel.filterBackward(highpass)
    } else peak = subtract(from, means, samples)
    if (taper.length > 0) peak = applyTaper(taper, samples)
    // A magnitude that is not finite fails this as well.
    if (!(peak > magnitude * ROUNDING && magnitude < Number.POSITIVE_INFINITY)) {
      out.fill(0)
      return false
    }
    kernel.scale(spec.normalise === 'max-abs' ? 1 / peak : 1)
    out.set(kernel.input)
    return true
  }
}

/** By window length: nothing in a kernel outlives a window, and each reserves a large piece of address space. */
const kernels = new Map<number, PreprocessKernel>()

function kernelFor(windowLength: number): PreprocessKernel {
  const kernel = kernels.get(windowLength) ?? new PreprocessKernel(windowLength)
  kernels.set(windowLength, kernel)
  return kernel
}

/** Writes the components without their means to `to`. @returns the largest absolute value */
function subtract(from: Float64Array, means: Float64Array, to: Float64Array): number {
  for (let column = 0; column < 3; column++) {
    const mean = means[column]!
    for (let i = column; i < from.length; i += 3) to[i] = from[i]! - mean
  }
  return largestAbsolute(to)
}

/** Writes the components without their least-squares lines to `to`. @returns `to` */
function subtractLines(from: Float64Array, to: Float64Array): Float64Array {
  for (let column = 0; column < 3; column++) subtractLine(from, to, column)
  return to
}

function subtractLine(from: Float64Array, to: Float64Array, column: number): void {
  const rows = from.length / 3
  const middle = (rows - 1) / 2
  const base = from[column]!
  let sum = 0
  let moment = 0
  for (let row = 0, i = column; row < rows; row++, i += 3) {
    sum += from[i]! - base
    moment += (row - middle) * (from[i]! - base)
  }
  const mean = sum / rows
  const slope = moment / ((rows * (rows * rows - 1)) / 12)
  for (let row = 0, i = column; row < rows; row++, i += 3) to[i] = from[i]! - base - mean - slope * (row - middle)
}

function largestAbsolute(values: Float64Array): number {
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!)
    if (magnitude > largest) largest = magnitude
  }
  return largest
}

/** Rising half of a cosine taper: value i for the i-th row from either end. */
function cosineTaper(seconds: number, { windowLength, sampleRate }: PreprocessShape): Float64Array {
  const count = Math.round(seconds * sampleRate)
  if (!(count >= 0 && 2 * count <= windowLength)) {
    throw new UsageError(`preprocess taperSeconds: expected at most half of ${windowLength / sampleRate} s, got ${seconds}`)
  }
  return Float64Array.from({ length: count }, (_, i) => {
    const root = sinPi(i / (2 * count))
    return root * root
  })
}

/** @returns the largest absolute value that remains */
function applyTaper(taper: Float64Array, samples: Float64Array): number {
  const last = samples.length / 3 - 1
  for (let row = 0; row < taper.length; row++) {
    for (let column = 0; column < 3; column++) {
      samples[row * 3 + column]! *= taper[row]!
      samples[(last - row) * 3 + column]! *= taper[row]!
    }
  }
  return largestAbsolute(samples)
}
