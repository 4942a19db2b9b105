import type { Config } from '../contract/config.ts'
import type { CoincidenceOptions, CoincidenceRule } from '../detection/coincidence-options.ts'
import { TravelTimes } from '../detection/travel-times.ts'
import type { Place } from '../domain/place.ts'
import type { StationId } from '../domain/source-id.ts'

/** Configuration → what makes a network event. Coordinates of an instrument stand for its station. */
export function coincidenceOptions({
  coincidence,
  stations,
  groups,
}: Pick<Config, 'coincidence' | 'stations' | 'groups'>): CoincidenceOptions {
  const { withinSeconds, holdSeconds, toleranceSeconds, veto, weights } = coincidence
  const places = new Map<StationId, Place>()
  for (const [id, { coordinates }] of Object.entries(stations)) {
    const station = stationOf(id)
    if (coordinates && (id === station || !places.has(station))) places.set(station, coordinates)
  }
  const network: CoincidenceRule = { name: 'network', needed: coincidence.stations }
  const ofGroups = Object.entries(coincidence.groups).map(
    ([name, needed]): CoincidenceRule => ({ name, needed, members: new Set((groups[name] ?? []).map(stationOf)) }),
  )
  return {
    rules: [network, ...ofGroups],
    weightOf: (station) => weights[station] ?? 1,
    placeOf: (station) => places.get(station),
    places: [...places.values()],
    withinSeconds,
    holdSeconds,
    toleranceSeconds,
    veto,
    times: travelTimes,
  }
}

let times: TravelTimes | undefined

/** Made when first needed, once. */
function travelTimes(): TravelTimes {
  times ??= new TravelTimes()
  return times
}

function stationOf(id: string): StationId {
  return id.split('_').slice(0, 2).join('_') as StationId
}
