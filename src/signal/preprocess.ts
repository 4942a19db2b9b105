import { UsageError } from '../domain/errors.ts'
import type { PreprocessSpec } from '../domain/preprocess-spec.ts'
import { type Biquad, butterworthHighpass, filterHighpass, filterHighpassThree } from './biquad.ts'
import { sinPi } from './exact-math.ts'

export interface PreprocessShape {
  /** Rows of a window. */
  readonly windowLength: number
  /** Columns of a window. */
  readonly channels: number
  /** Hz. */
  readonly sampleRate: number
}

/**
 * Turns one raw window into the network's input.
 *
 * @param raw row-major [windowLength, channels], source units; not changed
 * @param out row-major [windowLength, channels]; filled with zeros when the window is unusable
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
 * @throws {UsageError} when the corner is not between 0 and the Nyquist frequency or the tapers overlap
 */
export function createPreprocessor(spec: PreprocessSpec, shape: PreprocessShape): Preprocessor {
  const { windowLength, channels, sampleRate } = shape
  const size = windowLength * channels
  const scratch = new Float64Array(size)
  const highpass = spec.highpassHz === null ? undefined : butterworthHighpass(spec.highpassHz, sampleRate)
  const taper = cosineTaper(spec.taperSeconds ?? 0, shape)

  return (raw, out) => {
    let magnitude = 0
    for (let channel = 0; channel < channels; channel++) magnitude += detrend(raw, scratch, channel, shape, spec.detrend)
    if (highpass) filterBothWays(highpass, scratch, shape)
    if (taper.length > 0) applyTaper(taper, scratch, shape)
    const peak = largestAbsolute(scratch)
    // A magnitude that is not finite fails this as well.
    if (!(peak > magnitude * ROUNDING && magnitude < Number.POSITIVE_INFINITY)) {
      out.fill(0)
      return false
    }
    const scale = spec.normalise === 'max-abs' ? 1 / peak : 1
    for (let i = 0; i < size; i++) out[i] = scratch[i]! * scale
    return true
  }
}

function filterBothWays(highpass: Biquad, samples: Float64Array, { windowLength, channels }: PreprocessShape): void {
  if (channels === 3) {
    filterHighpassThree(highpass, samples, false)
    filterHighpassThree(highpass, samples, true)
    return
  }
  for (let channel = 0; channel < channels; channel++) {
    filterHighpass(highpass, samples, channel, channels, windowLength)
    filterHighpass(highpass, samples, samples.length - channels + channel, -channels, windowLength)
  }
}

/**
 * Writes one component without its mean or line to `to`. Sums are taken relative to the first sample, so that a large offset
 * costs no precision and a constant becomes exactly zero.
 *
 * @returns a size the component's largest absolute value does not exceed; not finite when a sample is not finite
 */
function detrend(
  from: Float64Array,
  to: Float64Array,
  channel: number,
  { windowLength, channels }: PreprocessShape,
  kind: PreprocessSpec['detrend'],
): number {
  const size = windowLength * channels
  const base = from[channel]!
  let sum = 0
  let spread = 0
  for (let i = channel; i < size; i += channels) {
    const relative = from[i]! - base
    sum += relative
    spread += Math.abs(relative)
  }
  if (kind === 'linear') subtractLine(from, to, channel, channels, windowLength, base, sum / windowLength)
  else {
    const mean = kind === 'none' ? 0 : base + sum / windowLength
    for (let i = channel; i < size; i += channels) to[i] = from[i]! - mean
  }
  return Math.abs(base) + spread
}

function subtractLine(
  from: Float64Array,
  to: Float64Array,
  channel: number,
  step: number,
  rows: number,
  base: number,
  mean: number,
): void {
  const middle = (rows - 1) / 2
  let moment = 0
  for (let row = 0, i = channel; row < rows; row++, i += step) moment += (row - middle) * (from[i]! - base)
  const slope = moment / ((rows * (rows * rows - 1)) / 12)
  for (let row = 0, i = channel; row < rows; row++, i += step) to[i] = from[i]! - base - mean - slope * (row - middle)
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

function applyTaper(taper: Float64Array, samples: Float64Array, { windowLength, channels }: PreprocessShape): void {
  for (let row = 0; row < taper.length; row++) {
    const opposite = windowLength - 1 - row
    for (let channel = 0; channel < channels; channel++) {
      samples[row * channels + channel]! *= taper[row]!
      samples[opposite * channels + channel]! *= taper[row]!
    }
  }
}
