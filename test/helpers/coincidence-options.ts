import type { CoincidenceOptions } from '../../src/detection/coincidence-options.ts'
import { TravelTimes } from '../../src/detection/travel-times.ts'
import type { Place } from '../../src/domain/place.ts'
import type { StationId } from '../../src/domain/source-id.ts'

let times: TravelTimes | undefined

/** The defaults of `stations.yaml`: any three stations; with places they are judged by travel times. */
export function coincidenceWith(
  places: ReadonlyMap<StationId, Place> = new Map(),
  changes: Partial<CoincidenceOptions> = {},
): CoincidenceOptions {
  return {
    rules: [{ name: 'network', needed: 3 }],
    weightOf: () => 1,
    placeOf: (station) => places.get(station),
    places: [...places.values()],
    withinSeconds: 30,
    holdSeconds: 60,
    toleranceSeconds: 2,
    veto: { simultaneousSeconds: 0.3, apartKm: 20 },
    times: () => {
      times ??= new TravelTimes()
      return times
    },
    ...changes,
  }
}
