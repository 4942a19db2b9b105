import type { CatalogueEvent } from '../domain/catalogue.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'

/**
 * The events that a detector can tell apart and a catalogue can give a detection to: no other event of the catalogue, whatever its size,
 * begins within `spacingSeconds` before or after them (at the same station, where events have one). Two that lie closer are one
 * detection, and which of them has it is up to travel times: it lies nearer to the origin of the later one as soon as P is on its way
 * for longer than the time between them.
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
