import type { StationStatus } from '../../contract/health.ts'
import { instrumentName } from '../ui/format.ts'
import { STATE_ORDER, type StationState } from '../ui/station-state.ts'

export const SORT_KEYS = ['state', 'name', 'score', 'latency', 'detection', 'gaps'] as const

export type SortKey = (typeof SORT_KEYS)[number]

export interface WallOrder {
  readonly key: SortKey
  /** The other way round than is usual for the key. */
  readonly isReversed: boolean
}

export interface WallFilter {
  /** Part of the code as shown, or of the state's reason; upper and lower case are the same. */
  readonly text: string
  /** Empty: all of them. */
  readonly states: ReadonlySet<StationState>
}

/** A station and what the wall shows beside its status. */
export interface WallRow {
  readonly status: StationStatus
  /** Of the newest window; NaN: none. */
  readonly score: number
  /** Newest onset, ISO 8601. */
  readonly lastDetection: string | undefined
}

export function isShown({ state, instrument, reason = '' }: StationStatus, { text, states }: WallFilter): boolean {
  if (states.size > 0 && !states.has(state)) return false
  const wanted = text.trim().toLowerCase()
  return instrumentName(instrument).toLowerCase().includes(wanted) || reason.toLowerCase().includes(wanted)
}

/**
 * What an operator should see first comes first: the worst state, the highest score, the longest latency, the newest detection, the
 * most gaps; names from A to Z. What is not known comes last either way, and equals go by name.
 */
export function inOrder(rows: readonly WallRow[], { key, isReversed }: WallOrder): WallRow[] {
  const direction = isReversed ? -1 : 1
  const keyed = rows.map((row) => ({ row, name: instrumentName(row.status.instrument), value: VALUES[key](row) }))
  keyed.sort((a, b) => {
    if (key === 'name') return direction * byName(a.name, b.name)
    const isKnown = Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value))
    return isKnown || direction * (a.value - b.value || 0) || byName(a.name, b.name)
  })
  return keyed.map(({ row }) => row)
}

/** How many stations are in each state, worst first; states that nobody is in are left out. */
export function countStates(stations: readonly StationStatus[]): { state: StationState; count: number }[] {
  const counts = new Map<StationState, number>()
  for (const { state } of stations) counts.set(state, (counts.get(state) ?? 0) + 1)
  return STATE_ORDER.flatMap((state) => {
    const count = counts.get(state)
    return count === undefined ? [] : [{ state, count }]
  })
}

/** What rows are sorted by, smallest first; NaN: not known. */
const VALUES: Readonly<Record<SortKey, (row: WallRow) => number>> = {
  state: ({ status }) => STATE_ORDER.indexOf(status.state),
  name: () => 0,
  score: ({ score }) => -score,
  latency: ({ status }) => -(status.latencySeconds ?? Number.NaN),
  detection: ({ lastDetection }) => -(lastDetection === undefined ? Number.NaN : Date.parse(lastDetection)),
  gaps: ({ status }) => -status.gaps,
}

function byName(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The new rows in the places that they had: nobody hits a link that jumps away. What is new comes last. */
export function inOldOrder(old: readonly WallRow[], rows: readonly WallRow[]): WallRow[] {
  const byInstrument = new Map(rows.map((row) => [row.status.instrument, row]))
  const kept = old.flatMap(({ status }) => {
    const row = byInstrument.get(status.instrument)
    byInstrument.delete(status.instrument)
    return row ? [row] : []
  })
  return [...kept, ...byInstrument.values()]
}
