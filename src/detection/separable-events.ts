import type { CatalogueEvent } from '../domain/catalogue.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/**
 * The events that a detector with a window of some length can tell apart: those that begin at least `spacingSeconds` after the one
 * before them in the catalogue (at the same station, where events have one), whatever its size. An event that begins in the same
 * window as an earlier one is part of that one's detection, which is no miss; one that follows later does not hide the first.
 *
 * @param events the whole catalogue, in any order
 */
export function separableEvents(events: readonly CatalogueEvent[], spacingSeconds: number): Set<CatalogueEvent> {
  const byStation = new Map<string, CatalogueEvent[]>()
  for (const event of events) {
    const key = event.station ?? ''
    const group = byStation.get(key)
    if (group) group.push(event)
    else byStation.set(key, [event])
  }
  const spacing = spacingSeconds * MICROS_PER_SECOND
  const separable = new Set<CatalogueEvent>()
  for (const group of byStation.values()) {
    const ordered = [...group].sort((a, b) => a.time - b.time)
    for (const [index, event] of ordered.entries()) {
      const before = ordered[index - 1]?.time ?? Number.NEGATIVE_INFINITY
      if (event.time - before >= spacing) separable.add(event)
    }
  }
  return separable
}
