import type { Snippet } from '../../contract/http.ts'
import { filterToBand } from '../plot/band-filter.ts'

/** One vertical component on the time axis of an event. */
export interface SectionTrace {
  /** Id of the detection. */
  readonly detection: string
  /** Of the first sample, seconds after the zero of the moveout. */
  readonly from: number
  /** Hz. */
  readonly rate: number
  /** Without long waves, largest deviation 1: stations differ by orders of magnitude. */
  readonly values: Float32Array
}

/** Hz; arrivals are looked at here, not the sea. */
export const SECTION_HIGHPASS = 1

export function sectionTrace(detection: string, { startTime, rate, Z }: Snippet, zero: number): SectionTrace {
  const mean = Z.reduce((sum, value) => sum + value, 0) / Math.max(1, Z.length)
  const values = Float32Array.from(Z, (value) => value - mean)
  filterToBand(values, { fromHz: SECTION_HIGHPASS }, rate)
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  return { detection, from: (Date.parse(startTime) - zero) / 1000, rate, values: values.map((value) => value / peak) }
}
