import { butterworthHighpass, filterHighpass } from './biquad.ts'
import { expOfNegative, ln } from './exact-math.ts'

export interface OnsetPickerOptions {
  /** Columns of the window. Default 3. */
  readonly channels?: number
  /** Hz. Default 20. */
  readonly sampleRate?: number
  /** Rows before this one belong to what came before (the previous onset) and are not looked at. Default 0. */
  readonly earliestIndex?: number
}

export interface PickedOnset {
  /** Row of the first sample of the arrival, between rows when the samples say so. */
  readonly index: number
  /** Standard deviation of the onset, in samples. */
  readonly uncertaintySamples: number
}

/** Takes the microseism away, which else hides a local P; causal, so that nothing moves before the onset. */
const HIGHPASS_HZ = 1
/** Shortest noise and shortest signal a variance is estimated from, s. */
const MIN_NOISE_SECONDS = 1
const MIN_SIGNAL_SECONDS = 0.4
/** By how much two variances must explain a component better than one: AIC difference per window, all components together. */
const MIN_GAIN = 60
/** Power after the onset over power before it, by the best component. */
const MIN_POWER_RATIO = 2
/** Seconds after the onset in which that power is measured. */
const POWER_SECONDS = 2
/** An S is found first when it is the stronger one; before it the P is looked for again, at most this often. */
const MAX_PASSES = 4

/**
 * Picks the onset of an arrival by the Akaike information criterion on the samples themselves (Maeda 1985): the row k where
 * "noise of one variance before, signal of another after" explains the window best,
 *
 *   AIC(k) = Σ over components [ k · ln var(x[0..k)) + (n - k - 1) · ln var(x[k..n)) ].
 *
 * The sum makes all components speak with their own scale. A strong S would win over its P, so the part before a pick is
 * searched again for an earlier one as long as that is as clear. The answer is the mean over the minimum with Akaike weights
 * exp(-ΔAIC / 2), its uncertainty their standard deviation (at least the grid's own 1/√12 sample).
 *
 * @param window row-major [rows, channels], source units; not changed
 * @returns undefined when there is no clear minimum
 */
export function pickOnset(window: Float64Array, options: OnsetPickerOptions = {}): PickedOnset | undefined {
  const { channels = 3, sampleRate = 20, earliestIndex = 0 } = options
  const from = Math.max(0, Math.ceil(earliestIndex))
  const minNoise = Math.round(MIN_NOISE_SECONDS * sampleRate)
  const minSignal = Math.round(MIN_SIGNAL_SECONDS * sampleRate)
  const components = highpassed(window, from, channels, sampleRate)
  let end = window.length / channels - from
  let best: PickedOnset | undefined
  for (let pass = 0; pass < MAX_PASSES && end >= minNoise + minSignal + 1; pass++) {
    const pick = pickBefore(components, end, minNoise, minSignal, Math.round(POWER_SECONDS * sampleRate))
    if (!pick) break
    best = { index: from + pick.index, uncertaintySamples: pick.uncertaintySamples }
    end = Math.floor(pick.index)
  }
  return best
}

function highpassed(window: Float64Array, from: number, channels: number, sampleRate: number): Float64Array[] {
  const filter = butterworthHighpass(HIGHPASS_HZ, sampleRate)
  const rows = Math.max(0, window.length / channels - from)
  const components = Array.from({ length: channels }, (_, channel) =>
    Float64Array.from({ length: rows }, (_, row) => window[(from + row) * channels + channel]!),
  )
  if (rows > 0) for (const component of components) filterHighpass(filter, component, 0, 1, rows)
  return components.filter((component) => component.every(Number.isFinite) && component.some((value) => value !== 0))
}

function pickBefore(
  components: readonly Float64Array[],
  end: number,
  minNoise: number,
  minSignal: number,
  powerRows: number,
): PickedOnset | undefined {
  const aic = new Float64Array(end)
  let single = 0
  for (const component of components) single += addAic(component.subarray(0, end), aic)
  let best = minNoise
  for (let k = minNoise; k <= end - minSignal; k++) if (aic[k]! < aic[best]!) best = k
  const isClear = single - aic[best]! >= MIN_GAIN && best > minNoise && best < end - minSignal
  if (
    !isClear ||
    !components.some((component) => powerRatio(component, best, Math.min(end, best + powerRows)) >= MIN_POWER_RATIO)
  ) {
    return undefined
  }
  return weighted(aic, best, minNoise, end - minSignal)
}

/** Adds one component's AIC(k) for each k. @returns the AIC of one variance for the whole */
function addAic(samples: Float64Array, aic: Float64Array): number {
  const count = samples.length
  let total = 0
  let totalSquare = 0
  for (const value of samples) {
    total += value
    totalSquare += value * value
  }
  // A variance of zero (a dead start) must stay comparable: nothing is quieter than this.
  const floor = (totalSquare / count) * 1e-12
  const logVariance = (sum: number, square: number, n: number) => ln(Math.max(square / n - (sum / n) * (sum / n), floor))
  let sum = 0
  let square = 0
  for (let k = 1; k < count - 1; k++) {
    const value = samples[k - 1]!
    sum += value
    square += value * value
    aic[k]! += k * logVariance(sum, square, k) + (count - k - 1) * logVariance(total - sum, totalSquare - square, count - k)
  }
  return (count - 1) * logVariance(total, totalSquare, count)
}

function powerRatio(samples: Float64Array, onset: number, end: number): number {
  let before = 0
  let after = 0
  for (let i = 0; i < onset; i++) before += samples[i]! * samples[i]!
  for (let i = onset; i < end; i++) after += samples[i]! * samples[i]!
  return after / (end - onset) / (before / onset)
}

function weighted(aic: Float64Array, best: number, first: number, last: number): PickedOnset {
  let weights = 0
  let mean = 0
  let square = 0
  for (let k = first; k <= last; k++) {
    const weight = expOfNegative((aic[best]! - aic[k]!) / 2)
    const distance = k - best
    weights += weight
    mean += weight * distance
    square += weight * distance * distance
  }
  const shift = mean / weights
  const variance = square / weights - shift * shift
  return { index: best + shift, uncertaintySamples: Math.sqrt(Math.max(variance, 0) + 1 / 12) }
}
