import { ENVELOPE_COLUMNS, type Envelope } from '../contract/envelope-frame.ts'
import type { WaveformsAnswer } from '../contract/waveforms-answer.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { StoredWaveform } from '../io/store/waveform-table.ts'

export interface WaveformRequest {
  readonly from: Micros
  readonly to: Micros
  /** Absent: the samples themselves. */
  readonly maximumPoints?: number | undefined
}

/**
 * Samples between two times, or the extremes of stretches of them when there would be more than somebody can draw.
 *
 * @param gridRate Hz
 * @param read runs without a gap, oldest first
 */
export function storedWaveforms(
  { from, to, maximumPoints }: WaveformRequest,
  gridRate: number,
  read: (from: Micros, to: Micros) => readonly StoredWaveform[],
): WaveformsAnswer {
  const period = MICROS_PER_SECOND / gridRate
  const points = Math.floor((to - from) / period) + 1
  if (maximumPoints === undefined || points <= maximumPoints) return { kind: 'samples', runs: read(from, to) }
  // A stretch at each end is in the span only partly.
  const length = Math.ceil(points / (maximumPoints - 1))
  const micros = length * period
  // Whole stretches, so that the outermost ones do not change when somebody scrolls.
  const first = Math.floor(from / micros) * micros
  const last = (Math.floor(to / micros) + 1) * micros - 1
  return { kind: 'extremes', secondsPerRow: micros / MICROS_PER_SECOND, runs: extremesOf(read(first, last), micros) }
}

/**
 * Least and largest value of each component in each row; a new run where a row has no sample.
 *
 * @param micros length of a row; rows lie on its multiples
 */
function extremesOf(runs: readonly StoredWaveform[], micros: number): Envelope[] {
  const envelopes: { instrument: string; startTime: number; rows: number[] }[] = []
  let current = Number.NaN
  let rows: number[] = []
  for (const { instrument, startTime, rate, samples } of runs) {
    const period = MICROS_PER_SECOND / rate
    for (let i = 0; i < samples.length / 3; i++) {
      const row = Math.floor((startTime + i * period) / micros)
      if (row !== current) {
        if (row !== current + 1) {
          rows = []
          envelopes.push({ instrument, startTime: row * micros, rows })
        }
        rows.push(...NOTHING)
        current = row
      }
      const at = rows.length - ENVELOPE_COLUMNS
      for (let component = 0; component < 3; component++) widen(rows, at + 2 * component, samples[3 * i + component] as number)
    }
  }
  return envelopes.map((each) => ({ ...each, rows: Float32Array.from(each.rows) }))
}

const NOTHING: readonly number[] = Array.from({ length: ENVELOPE_COLUMNS }, () => Number.NaN)

/** Written so that the first number takes the place of NaN, and NaN that of nothing. */
function widen(rows: number[], at: number, value: number): void {
  if (Number.isNaN(value)) return
  if (!(rows[at]! <= value)) rows[at] = value
  if (!(rows[at + 1]! >= value)) rows[at + 1] = value
}
