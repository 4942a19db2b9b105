import type { StationId } from '../domain/source-id.ts'
import { hasWildcard, type StationSelection, stationMatches } from './selection.ts'

/**
 * Divides stations over connections of at most `limit` each, as evenly as they go. Patterns stay together on the last one: a
 * server that excludes already matched stations from later patterns needs them behind the names.
 */
export function shardSelections(selections: readonly StationSelection[], limit: number): StationSelection[][] {
  const count = Math.max(1, Math.ceil(selections.length / limit))
  const size = Math.ceil(selections.length / count)
  return Array.from({ length: count }, (_, index) => selections.slice(index * size, (index + 1) * size))
}

/** Of what is known per station or channel, that of the stations of these selections. */
export function knownOf<Key, Value>(
  selections: readonly StationSelection[],
  known: ReadonlyMap<Key, Value>,
  stationOf: (key: Key) => StationId,
): [Key, Value][] {
  const names = new Set(selections.map(({ station }) => station))
  const patterns = [...names].filter(hasWildcard)
  return [...known].filter(([key]) => {
    const station = stationOf(key)
    return names.has(station) || patterns.some((pattern) => stationMatches(pattern, station))
  })
}

/** Patterns replaced by the stations a server has, for servers that know no wildcards. */
export interface ExpandedSelections {
  /** One entry per station; what several patterns and names want of a station is united. */
  readonly selections: StationSelection[]
  /** By pattern, how many stations it found. */
  readonly found: ReadonlyMap<string, number>
}

export function expandWildcards(patterns: readonly StationSelection[], stations: Iterable<StationId>): ExpandedSelections {
  const byStation = new Map<StationId, StationSelection>()
  const found = new Map(patterns.map(({ station }) => [station, 0]))
  for (const station of stations) {
    for (const pattern of patterns) {
      if (!stationMatches(pattern.station, station)) continue
      found.set(pattern.station, (found.get(pattern.station) ?? 0) + 1)
      byStation.set(station, united(byStation.get(station), { ...pattern, station }))
    }
  }
  return { selections: [...byStation.values()], found }
}

/** Both; no instruments means everything. */
export function united(one: StationSelection | undefined, other: StationSelection): StationSelection {
  if (one === undefined) return other
  const hasAll = one.instruments.length === 0 || other.instruments.length === 0
  return { station: one.station, instruments: hasAll ? [] : [...one.instruments, ...other.instruments] }
}
