import type { EventWire } from '../../contract/event.ts'
import type { MapStation } from './map-stations.ts'
import { markRadius, STAR_RADIUS } from './mark-size.ts'
import { type MapView, type Point, project, type Size } from './projection.ts'

export type Mark =
  | { readonly kind: 'station'; readonly station: MapStation }
  | { readonly kind: 'event'; readonly event: EventWire }

/**
 * The mark that is nearest to a point; a station before an event at the same place.
 *
 * @param reach pixels beyond the mark's own size: fingers are less exact than mice
 */
export function markUnder(
  at: Point,
  { stations, events }: { readonly stations: readonly MapStation[]; readonly events: readonly EventWire[] },
  { view, size }: { readonly view: MapView; readonly size: Size },
  reach: number,
): Mark | undefined {
  let nearest: Mark | undefined
  let least = Number.POSITIVE_INFINITY
  const consider = (mark: Mark, place: MapStation['place'], radius: number) => {
    const { x, y } = project(view, size, place)
    const distance = Math.hypot(x - at.x, y - at.y)
    if (distance > radius + reach || distance >= least) return
    least = distance
    nearest = mark
  }
  for (const station of stations) consider({ kind: 'station', station }, station.place, markRadius(stations.length))
  for (const event of events) if (event.location) consider({ kind: 'event', event }, event.location, STAR_RADIUS)
  return nearest
}
