import { besselI0, sinPi } from './exact-math.ts'

/**
 * The one continuous kernel behind every source rate: a Kaiser-windowed sinc with its corner at the grid's Nyquist frequency,
 * measured in grid periods. It low-passes for fast sources and interpolates for slow ones; at 20 Hz its transition is 8–12 Hz,
 * so that what folds (or is imaged) onto 0–8 Hz is ≥ 80 dB down.
 */

/** Half the kernel's support, in grid periods: 13 · 50 ms = 650 ms at 20 Hz, which is also the lag. */
export const HALF_WIDTH = 13

/** Corner frequency as a fraction of the grid's Nyquist frequency. */
const CORNER = 0.998
/** Kaiser (1974): β for 82 dB in this length and transition. */
const KAISER_BETA = 8.1
/** Steps per grid period of the table for odd rates; linear interpolation between them errs by 5e-6 (-106 dB). */
const TABLE_STEPS = 512

const WINDOW_SCALE = 1 / besselI0(KAISER_BETA)

/** @param offset input time minus output time, in grid periods; zero from ±HALF_WIDTH outwards */
export function resamplerKernel(offset: number): number {
  const x = Math.abs(offset)
  if (x >= HALF_WIDTH) return 0
  const window = kaiser(x)
  const angle = CORNER * x
  return x === 0 ? window : (window * sinPi(angle)) / (Math.PI * angle)
}

function kaiser(x: number): number {
  const ratio = x / HALF_WIDTH
  return besselI0(KAISER_BETA * Math.sqrt(1 - ratio * ratio)) * WINDOW_SCALE
}

/** By how much an impulse rings at most, so many grid periods (below HALF_WIDTH, not 0) before and after it: its own height is 1. */
export function kernelEnvelope(periods: number): number {
  return kaiser(periods) / (Math.PI * CORNER * periods)
}

const rowsByPeriods = new Map<string, readonly Float64Array[]>()

/**
 * Kernels for a source whose period is whole milliseconds: row q holds the weights of all samples strictly inside the support
 * when the first of them is q + 1 ms behind its left edge. Each row sums to 1, so that a large offset leaves no trace.
 * Rows of one period hold together one value per millisecond (10 kB); they are computed once and shared.
 *
 * @param periodMillis source sample period, ms
 * @param gridMillis grid period, ms
 */
export function kernelRows(periodMillis: number, gridMillis: number): readonly Float64Array[] {
  const key = `${periodMillis}/${gridMillis}`
  const known = rowsByPeriods.get(key)
  if (known) return known
  const half = HALF_WIDTH * gridMillis
  const rows = Array.from({ length: periodMillis }, (_, q) => {
    const count = Math.ceil((2 * half - (q + 1)) / periodMillis)
    return normalised(
      Float64Array.from({ length: count }, (_, j) => resamplerKernel((q + 1 - half + j * periodMillis) / gridMillis)),
    )
  })
  rowsByPeriods.set(key, rows)
  return rows
}

let table: Float64Array | undefined

/**
 * The right half of the kernel, finely tabulated, for rates whose period is not whole milliseconds.
 * Value at x grid periods: interpolate linearly at index x · stepsPerPeriod; the last two entries are zero.
 */
export function kernelTable(): { readonly values: Float64Array; readonly stepsPerPeriod: number } {
  table ??= Float64Array.from({ length: HALF_WIDTH * TABLE_STEPS + 2 }, (_, i) => resamplerKernel(i / TABLE_STEPS))
  return { values: table, stepsPerPeriod: TABLE_STEPS }
}

function normalised(weights: Float64Array): Float64Array {
  let sum = 0
  for (const weight of weights) sum += weight
  return weights.map((weight) => weight / sum)
}
