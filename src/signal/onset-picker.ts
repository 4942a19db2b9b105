import { butterworthHighpass, filterHighpass } from './biquad.ts'
import { expOfNegative, ln } from './exact-math.ts'
import { HALF_WIDTH, kernelEnvelope } from './resampler-kernel.ts'

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
const HIGHPASS_HZ = 2
/** Shortest noise and shortest signal a variance is estimated from, s. */
const MIN_NOISE_SECONDS = 1
const MIN_SIGNAL_SECONDS = 0.4
/** The loudest second is looked for, and the search ends this long after it, s: a decaying coda is no onset. */
const LOUDEST_SECONDS = 1
const AFTER_LOUDEST_SECONDS = 1

/**
 * A filter of linear phase, as the resampler's, begins to ring before a strong arrival, and a window is quiet enough to show it. Nearer
 * than this many samples its ringing cannot be told from the arrival.
 */
const NEAREST_PRECURSOR = 3
/** × what the largest of the following samples rings by: there are several. Chosen on labelled P. */
const PRECURSOR_MARGIN = 1.5
const PRECURSORS = Float64Array.from({ length: HALF_WIDTH }, (_, distance) =>
  distance < NEAREST_PRECURSOR ? 0 : PRECURSOR_MARGIN * kernelEnvelope(distance),
)

/** What makes an arrival clear. */
interface Clarity {
  /** By how much (AIC, all components together) two variances explain the window better than one. */
  readonly gain: number
  /** Power in the 2 s after the onset over power before it, on the best component. */
  readonly powerRatio: number
}

const FIRST: Clarity = { gain: 80, powerRatio: 2.5 }
/** For an earlier arrival in the noise of one already found: noise has steps of its own, so more is asked. */
const EARLIER: Clarity = { gain: 150, powerRatio: 4 }
const POWER_SECONDS = 2
const MAX_PASSES = 4
/**
 * Neighbouring samples of filtered noise are not independent, so AIC differences are too sharp for an uncertainty by about this
 * factor: with it half of the picks on labelled local P lie within one standard deviation of the analyst's.
 */
const CORRELATION = 10

/**
 * Picks the onset of an arrival by the Akaike information criterion on the samples themselves (Maeda 1985): the row k where
 * "noise of one variance before, signal of another after" explains the window best,
 *
 *   AIC(k) = Σ over components [ k · ln var(x[0..k)) + (n - k - 1) · ln var(x[k..n)) ].
 *
 * The sum lets every component speak with its own scale. The search ends shortly after the loudest second; and because that is
 * often S, the part before a pick is searched again for an earlier arrival as long as one is clear. The answer is the mean over
 * the minimum with Akaike weights exp(-ΔAIC / 2); the uncertainty is its width.
 *
 * @param window row-major [rows, channels], source units; not changed
 * @returns undefined when there is no clear minimum
 */
export function pickOnset(window: Float64Array, options: OnsetPickerOptions = {}): PickedOnset | undefined {
  const { channels = 3, sampleRate = 20, earliestIndex = 0 } = options
  const from = Math.max(0, Math.ceil(earliestIndex))
  const rows = Math.max(0, window.length / channels - from)
  const components = highpassed(window, from, rows, channels, sampleRate)
  let end = rowAfterLoudest(components, rows, sampleRate)
  let best: PickedOnset | undefined
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const pick = pickBefore(end, components, sampleRate, best ? EARLIER : FIRST)
    if (!pick) break
    best = { index: from + pick.index, uncertaintySamples: pick.uncertaintySamples }
    end = Math.floor(pick.index)
  }
  return best
}

/** Components without a signal, or with a sample that is not finite, have nothing to say. */
function highpassed(window: Float64Array, from: number, rows: number, channels: number, sampleRate: number): Float64Array[] {
  if (rows === 0) return []
  const filter = butterworthHighpass(HIGHPASS_HZ, sampleRate)
  const components = Array.from({ length: channels }, (_, channel) => columnOf(window, channel, channels, from, rows))
  for (const component of components) {
    filterHighpass(filter, component, 0, 1, rows)
    takePrecursors(component, sampleRate)
  }
  return components.filter(hasSignal)
}

/**
 * Makes every sample smaller by as much as those that follow may have rung before they came, where that is more than the noise, and no
 * smaller than the noise is: a hole in it would be an arrival, too.
 */
function takePrecursors(component: Float64Array, sampleRate: number): void {
  const noise = quietestRms(component, Math.round(MIN_NOISE_SECONDS * sampleRate))
  for (let i = 0; i < component.length; i++) {
    let ringing = 0
    const last = Math.min(HALF_WIDTH - 1, component.length - 1 - i)
    for (let distance = NEAREST_PRECURSOR; distance <= last; distance++) {
      ringing = Math.max(ringing, Math.abs(component[i + distance]!) * PRECURSORS[distance]!)
    }
    if (ringing <= noise) continue
    const size = Math.abs(component[i]!)
    component[i] = Math.sign(component[i]!) * Math.max(size - ringing, Math.min(size, noise))
  }
}

/** Of the quietest stretch of so many samples. */
function quietestRms(component: Float64Array, length: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let first = 0; first + length <= component.length; first += length) {
    least = Math.min(least, sumOfSquares(component, first, first + length))
  }
  return Math.sqrt(least / length)
}

function columnOf(window: Float64Array, column: number, columns: number, from: number, rows: number): Float64Array {
  const values = new Float64Array(rows)
  for (let row = 0; row < rows; row++) values[row] = window[(from + row) * columns + column]!
  return values
}

function hasSignal(component: Float64Array): boolean {
  let isZero = true
  for (const value of component) {
    if (!Number.isFinite(value)) return false
    if (value !== 0) isZero = false
  }
  return !isZero
}

function rowAfterLoudest(components: readonly Float64Array[], rows: number, sampleRate: number): number {
  const box = Math.round(LOUDEST_SECONDS * sampleRate)
  const energy = new Float64Array(rows)
  for (const component of components) {
    const total = sumOfSquares(component, 0, rows)
    for (let i = 0; i < rows; i++) energy[i]! += (component[i]! * component[i]!) / total
  }
  let sum = 0
  let loudest = 0
  let end = rows
  for (let i = 0; i < rows; i++) {
    sum += energy[i]! - (i < box ? 0 : energy[i - box]!)
    if (sum <= loudest) continue
    loudest = sum
    end = i + 1
  }
  return Math.min(rows, end + Math.round(AFTER_LOUDEST_SECONDS * sampleRate))
}

function pickBefore(
  end: number,
  components: readonly Float64Array[],
  sampleRate: number,
  clarity: Clarity,
): PickedOnset | undefined {
  const first = Math.round(MIN_NOISE_SECONDS * sampleRate)
  const last = end - Math.round(MIN_SIGNAL_SECONDS * sampleRate)
  const aic = new Float64Array(end)
  let single = 0
  for (const component of components) single += addAic(component.subarray(0, end), aic, first, last)
  let best = first
  for (let k = first; k <= last; k++) if (aic[k]! < aic[best]!) best = k
  // A minimum at the edge of the search is a slope, not a minimum.
  if (best === first || best >= last || single - aic[best]! < clarity.gain) return undefined
  const powerEnd = Math.min(end, best + Math.round(POWER_SECONDS * sampleRate))
  const isLouder = components.some((component) => powerRatio(component, best, powerEnd) >= clarity.powerRatio)
  return isLouder ? weighted(aic, best, first, last) : undefined
}

/** Adds one component's AIC(k) for each k from `first` to `last`. @returns the AIC of one variance for the whole */
function addAic(samples: Float64Array, aic: Float64Array, first: number, last: number): number {
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
  for (let k = 1; k <= Math.min(last, count - 2); k++) {
    const value = samples[k - 1]!
    sum += value
    square += value * value
    if (k < first) continue
    aic[k]! += k * logVariance(sum, square, k) + (count - k - 1) * logVariance(total - sum, totalSquare - square, count - k)
  }
  return (count - 1) * logVariance(total, totalSquare, count)
}

function powerRatio(samples: Float64Array, onset: number, end: number): number {
  return sumOfSquares(samples, onset, end) / (end - onset) / (sumOfSquares(samples, 0, onset) / onset)
}

function sumOfSquares(samples: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!
  return sum
}

function weighted(aic: Float64Array, best: number, first: number, last: number): PickedOnset {
  const index = best + moment(aic, best, first, last, 1, (k) => k - best)
  const variance = moment(aic, best, first, last, CORRELATION, (k) => (k - index) * (k - index))
  // Never better than the grid itself: a uniform distribution over one sample.
  return { index, uncertaintySamples: Math.sqrt(variance + 1 / 12) }
}

function moment(
  aic: Float64Array,
  best: number,
  first: number,
  last: number,
  softness: number,
  value: (k: number) => number,
): number {
  let weights = 0
  let sum = 0
  for (let k = first; k <= last; k++) {
    const weight = expOfNegative((aic[best]! - aic[k]!) / (2 * softness))
    weights += weight
    sum += weight * value(k)
  }
  return sum / weights
}
