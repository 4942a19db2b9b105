import type { CatalogueEvent } from '../domain/catalogue.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/**
 * The events that a detector with a window of some length can tell apart: those at least `spacingSeconds` away from every other
 * event of the catalogue (of the same station, where events have one), whatever its size. Two events in one window are one
 * detection, and neither is a miss of the network's.
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
      const after = ordered[index + 1]?.time ?? Number.POSITIVE_INFINITY
      if (event.time - before >= spacing && after - event.time >= spacing) separable.add(event)
    }
  }
  return separable
}
