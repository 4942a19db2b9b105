import type { HealthHistory } from '../../contract/health-history.ts'

export type InstrumentCells = HealthHistory['instruments'][number]

/** One instrument's day in numbers. */
export interface InstrumentRow {
  readonly instrument: string
  readonly cells: InstrumentCells
  /** Share of what is known; null: nothing is. */
  readonly availability: number | null
  readonly medianLatencySeconds: number | null
  readonly maximumLatencySeconds: number | null
  readonly timingQuality: number | null
}

export type InstrumentKey = 'instrument' | 'availability' | 'medianLatencySeconds' | 'maximumLatencySeconds' | 'timingQuality'

/** What of the cells is known: from where to where, in cells; 0.5 is the middle of the first. */
export interface KnownPart {
  readonly from: number
  readonly to: number
}

/** @param now milliseconds since 1970 */
export function knownPartOf(
  { startTime, secondsPerCell, knownSince }: Pick<HealthHistory, 'startTime' | 'secondsPerCell' | 'knownSince'>,
  now: number,
): KnownPart {
  const placeOf = (millis: number) => (millis - Date.parse(startTime)) / 1000 / secondsPerCell
  return { from: knownSince === null ? Number.POSITIVE_INFINITY : placeOf(Date.parse(knownSince)), to: placeOf(now) }
}

/**
 * Availability of that part of each cell which is known: the monitor may have started in the middle of the first, and the last is not
 * over. Of a cell that has only begun nothing is said, unless there is no other.
 */
export function settledAvailability(values: readonly (number | null)[], { from, to }: KnownPart): (number | null)[] {
  const last = values.length - 1
  const isOnly = values.slice(0, last).every((value) => value === null)
  return values.map((value, i) => {
    if (value === null) return null
    const part = (i === last ? Math.min(last + 1, to) : i + 1) - Math.max(i, from)
    if (i === last && part < 0.5 && !isOnly) return null
    // Data of a time that is not known (of before the start, of a clock that is ahead) are as they are.
    return part > 0 ? Math.min(1, value / part) : value
  })
}

export function rowOf(cells: InstrumentCells): InstrumentRow {
  return {
    instrument: cells.instrument,
    cells,
    availability: mean(known(cells.availability)),
    medianLatencySeconds: median(known(cells.medianLatencySeconds)),
    maximumLatencySeconds: extreme(known(cells.maximumLatencySeconds), Math.max),
    timingQuality: extreme(known(cells.timingQuality), Math.min),
  }
}

/** Worst first, but names from A to Z; what is not known comes last. */
export function sortedRows(rows: readonly InstrumentRow[], key: InstrumentKey): InstrumentRow[] {
  const byName = (a: InstrumentRow, b: InstrumentRow) => (a.instrument < b.instrument ? -1 : a.instrument > b.instrument ? 1 : 0)
  if (key === 'instrument') return [...rows].sort(byName)
  const isSmallBad = key === 'availability' || key === 'timingQuality'
  const badness = (row: InstrumentRow) => {
    const value = row[key]
    if (value === null) return Number.NEGATIVE_INFINITY
    return isSmallBad ? -value : value
  }
  return [...rows].sort((a, b) => (badness(b) === badness(a) ? byName(a, b) : badness(b) - badness(a)))
}

/** Height of a latency in a strip, 0–1: a second is low, an hour fills it. */
export function latencyShare(seconds: number): number {
  return Math.min(1, Math.max(0.04, Math.log10(1 + Math.max(0, seconds)) / Math.log10(3601)))
}

/** Name of the style's colour. */
export function availabilityColour(share: number): string {
  if (share >= 0.99) return '--good'
  return share >= 0.9 ? '--warn' : '--alarm'
}

/** @param latentSeconds from which on a station counts as latent */
export function latencyColour(seconds: number, latentSeconds = 30): string {
  if (seconds < latentSeconds) return '--good'
  return seconds < latentSeconds * 10 ? '--warn' : '--alarm'
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  if (sorted.length === 0) return null
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function extreme(values: readonly number[], pick: (...all: number[]) => number): number | null {
  return values.length === 0 ? null : pick(...values)
}
