/** Relative; libmseed's default (MS_ISRATETOLERABLE): rates this close are the same rate. */
export const RATE_TOLERANCE = 1e-4

/** Rates this close to a whole-millisecond period are that period written in single precision. */
const SINGLE_PRECISION = 1.2e-7

export function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= RATE_TOLERANCE * b
}

/** @returns the sample period in ms when it is a whole number of them (1000, 500, 250, 200, 125, 100, 62.5, 50, 40, 20 Hz …) */
export function wholeMillisPeriod(sampleRate: number): number | undefined {
  const period = Math.round(1000 / sampleRate)
  return period >= 1 && Math.abs(sampleRate * period - 1000) <= 1000 * SINGLE_PRECISION ? period : undefined
}

/** The rate without the rounding of a single-precision header: 333.33334 Hz is one sample every 3 ms. */
export function nominalRate(sampleRate: number): number {
  const period = wholeMillisPeriod(sampleRate)
  return period === undefined ? sampleRate : 1000 / period
}
