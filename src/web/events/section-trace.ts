import type { Snippet } from '../../contract/http.ts'

/** One vertical component on the time axis of an event. */
export interface SectionTrace {
  /** Id of the detection. */
  readonly detection: string
  /** Of the first sample, seconds after the zero of the moveout. */
  readonly from: number
  /** Hz. */
  readonly rate: number
  /** Demeaned, largest deviation 1: stations differ by orders of magnitude. */
  readonly values: Float32Array
}

export function sectionTrace(detection: string, { startTime, rate, Z }: Snippet, zero: number): SectionTrace {
  const mean = Z.reduce((sum, value) => sum + value, 0) / Math.max(1, Z.length)
  const peak = Z.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0) || 1
  return {
    detection,
    from: (Date.parse(startTime) - zero) / 1000,
    rate,
    values: Float32Array.from(Z, (value) => (value - mean) / peak),
  }
}
