import type { Arrival } from '../../../src/detection/source-finder.ts'
import { TABLE_DEPTHS_KM, type TravelTimes } from '../../../src/detection/travel-times.ts'
import { distanceDegrees, KM_PER_DEGREE, type Place } from '../../../src/domain/place.ts'

/** Tries every place on a grid around a centre, and every shallow depth: the one with the smallest sum of squares, origin time the mean. */
export function naiveLocate(arrivals: readonly Arrival[], centre: Place, times: TravelTimes, reachKm = 60, stepKm = 1.5): Place {
  let best: { place: Place; squares: number } | undefined
  for (let north = -reachKm; north <= reachKm; north += stepKm) {
    for (let east = -reachKm; east <= reachKm; east += stepKm) {
      const latitude = centre.latitude + north / KM_PER_DEGREE
      const longitude = centre.longitude + east / (KM_PER_DEGREE * Math.cos((centre.latitude * Math.PI) / 180))
      for (let depth = 0; TABLE_DEPTHS_KM[depth]! <= 24; depth++) {
        const origins = arrivals.map(
          ({ place, seconds }) => seconds - times.seconds('P', distanceDegrees({ latitude, longitude }, place), depth),
        )
        const mean = origins.reduce((sum, each) => sum + each, 0) / origins.length
        const squares = origins.reduce((sum, each) => sum + (each - mean) ** 2, 0)
        if (!best || squares < best.squares) best = { place: { latitude, longitude }, squares }
      }
    }
  }
  return best!.place
}
