import { describe, expect, it } from 'vitest'
import { locate } from '../../../src/detection/locator.ts'
import { type Arrival, findSource } from '../../../src/detection/source-finder.ts'
import { TABLE_DEPTHS_KM, TravelTimes } from '../../../src/detection/travel-times.ts'
import { distanceDegrees, KM_PER_DEGREE, type Place, placeTowards } from '../../../src/domain/place.ts'
import { naiveLocate } from '../../helpers/naive/locate.ts'
import { seededRandom } from '../../helpers/signals.ts'

const times = new TravelTimes()
const TOLERANCE = 2
const MIDDLE: Place = { latitude: 42.75, longitude: 13.2 }
const km = (a: Place, b: Place) => distanceDegrees(a, b) * KM_PER_DEGREE

/** Onsets of stations all around the middle, with reading errors; an event at a table depth. */
function onsetsOf(event: Place, depthIndex: number, seed: number, stations = 9, errorSeconds = 0.1): Arrival[] {
  const random = seededRandom(seed)
  return Array.from({ length: stations }, (_, i) => {
    const place = placeTowards(MIDDLE, (5 + 60 * random()) / KM_PER_DEGREE, (i * 360) / stations + 30 * random())
    const error = errorSeconds * (2 * random() - 1)
    return {
      place,
      seconds: 100 + times.seconds('P', distanceDegrees(event, place), depthIndex) + error,
      uncertaintySeconds: 0.1,
    }
  })
}

describe('findSource and locate', () => {
  it.each([1, 2, 3, 4, 5, 6])('come to where a search of every place comes (%i)', (seed) => {
    const random = seededRandom(100 + seed)
    const event = placeTowards(MIDDLE, (25 * random()) / KM_PER_DEGREE, 360 * random())
    const arrivals = onsetsOf(event, 4, seed)
    const found = findSource(arrivals, arrivals.length - 1, TOLERANCE, times)
    expect(found?.fitting).toHaveLength(arrivals.length)
    const { location } = locate(arrivals, found!.source, TOLERANCE, times)
    expect(km(location, naiveLocate(arrivals, MIDDLE, times))).toBeLessThan(2)
    expect(km(location, event)).toBeLessThan(2)
    expect(location.ellipse.majorKm).toBeGreaterThanOrEqual(location.ellipse.minorKm)
    expect(location.depthKm.from).toBeLessThanOrEqual(TABLE_DEPTHS_KM[4])
  })

  it('says that a place outside of the network is less certain, and in which direction', () => {
    const event = placeTowards(MIDDLE, 150 / KM_PER_DEGREE, 90)
    const arrivals = onsetsOf(event, 4, 7)
    const { location } = locate(arrivals, findSource(arrivals, 0, TOLERANCE, times)!.source, TOLERANCE, times)
    expect(location.azimuthalGap).toBeGreaterThan(180)
    expect(location.ellipse.majorKm).toBeGreaterThan(3 * location.ellipse.minorKm)
    expect(Math.abs(location.ellipse.azimuth - 90)).toBeLessThan(20)
    expect(km(location, event)).toBeLessThan(2 * location.ellipse.majorKm)
  })

  it('has one source for the onsets of a teleseism', () => {
    const arrivals = onsetsOf(placeTowards(MIDDLE, 60, 45), 4, 8)
    expect(findSource(arrivals, 0, TOLERANCE, times)?.fitting).toHaveLength(arrivals.length)
  })

  it.each([1, 2, 3, 4, 5, 6])('stay near the network when half of the onsets are S (%i)', (seed) => {
    const random = seededRandom(seed)
    const arrivals = onsetsOf(MIDDLE, 2, 20 + seed, 14, 0.05).map((arrival) => {
      const place = placeTowards(MIDDLE, distanceDegrees(MIDDLE, arrival.place) / 5, 360 * random())
      const wave = random() < 0.5 ? 'S' : 'P'
      return { ...arrival, place, seconds: 100 + times.seconds(wave, distanceDegrees(MIDDLE, place), 2) }
    })
    const { source } = findSource(arrivals, 7, TOLERANCE, times)!
    const { location } = locate(arrivals, source, TOLERANCE, times)
    expect(km(location, MIDDLE)).toBeLessThan(15)
    expect(location.ellipse.majorKm).toBeLessThan(100)
  })

  it('leaves out onsets that belong to nothing', () => {
    const arrivals = onsetsOf(MIDDLE, 4, 9)
    const stray = { ...arrivals[2]!, seconds: arrivals[2]!.seconds + 9 }
    const mixed = arrivals.map((arrival, i) => (i === 2 ? stray : arrival))
    expect(findSource(mixed, 8, TOLERANCE, times)?.fitting).toEqual([0, 1, 3, 4, 5, 6, 7, 8])
  })
})
