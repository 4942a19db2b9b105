import type { NetworkEvent } from '../../src/domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE } from '../../src/domain/place.ts'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import type { TrueNetwork } from './truth-onsets.ts'

/**
 * Events of a made-up network by the earthquake that most of their counted onsets come from. Located errors in km.
 *
 * Locatable is what four stations detected. Three make an event and no location; fewer, because others were still busy with the earthquake
 * before or because nobody felt it, are counted as neither found nor missed.
 */
export function toldByTruth({ events, truth, reached }: TrueNetwork, all: readonly NetworkEvent[]) {
  const told = all.filter(({ state }) => state === 'closed')
  const owner = new Map(told.map((event) => [event, ownerOf(event, truth)]))
  const own = events.map((_, number) => told.filter((event) => owner.get(event) === number))
  const seen = events.map((_, number) => [...truth.values()].filter((each) => each === number).length)
  const locatable = events.flatMap((_, number) => (seen[number]! >= 4 ? [number] : []))
  const stationsIn = (event: NetworkEvent, number: number) => countedOf(event, truth).filter((each) => each === number).length
  const missed = locatable.filter((number) => own[number]!.length === 0)
  const merged = missed.filter((number) => told.some((event) => stationsIn(event, number) * 2 >= seen[number]!))
  const unowned = told.filter((event) => owner.get(event) === undefined)
  const located = locatable.flatMap((number) => {
    const location = own[number]![0]?.location
    return location ? [{ km: distanceDegrees(location, events[number]!) * KM_PER_DEGREE, stations: seen[number]! }] : []
  })
  return {
    locatable: locatable.length,
    found: locatable.length - missed.length,
    // At least half of its onsets are in the event of another one, or of several.
    merged: merged.length,
    doubled: own.filter((each) => each.length > 1).length,
    // Onsets of several earthquakes, none of which has more than half; and those that are mostly no earthquake's.
    mixed: unowned.filter((event) => countedOf(event, truth).filter((each) => each !== undefined).length * 2 > event.stations)
      .length,
    false: unowned.filter((event) => countedOf(event, truth).filter((each) => each !== undefined).length * 2 <= event.stations)
      .length,
    atThree: seen.filter((stations) => stations === 3).length,
    atThreeFound: seen.filter((stations, number) => stations === 3 && own[number]!.length > 0).length,
    // Four stations or more would have detected it, had they not been busy.
    busy: seen.filter((stations, number) => stations < 4 && reached[number]! >= 4).length,
    weak: reached.filter((stations) => stations < 4).length,
    missed: missed.map((number) => ({ number, stations: seen[number]!, near: nearestOf(number, events, seen) })),
    locationKm: Object.fromEntries(
      [
        [4, 5],
        [6, 9],
        [10, 19],
        [20, 60],
      ].map(([from, to]) => [
        `${from} to ${to} stations`,
        quantiles(located.filter(({ stations }) => stations >= from! && stations <= to!).map(({ km }) => km)),
      ]),
    ),
    allKm: quantiles(located.map(({ km }) => km)),
  }
}

/** The other earthquake that began nearest in time. */
function nearestOf(number: number, events: TrueNetwork['events'], seen: readonly number[]) {
  const one = events[number]!
  const away = (other: number) => Math.abs(events[other]!.time - one.time)
  const [other] = events.flatMap((_, i) => (i === number ? [] : [i])).sort((a, b) => away(a) - away(b))
  if (other === undefined) return null
  const seconds = Number(((events[other]!.time - one.time) / MICROS_PER_SECOND).toFixed(1))
  return { seconds, km: Math.round(distanceDegrees(events[other]!, one) * KM_PER_DEGREE), stations: seen[other]! }
}

/** Which earthquake each counted onset comes from. */
function countedOf({ members }: NetworkEvent, truth: TrueNetwork['truth']): readonly (number | undefined)[] {
  return members.filter(({ phase }) => phase === 'P').map(({ detection }) => truth.get(detection))
}

function ownerOf(event: NetworkEvent, truth: TrueNetwork['truth']): number | undefined {
  const counted = countedOf(event, truth)
  return counted.find((number) => number !== undefined && counted.filter((each) => each === number).length * 2 > counted.length)
}

function quantiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1))
  return { count: sorted.length, half: at(0.5), nineOfTen: at(0.9), largest: at(1) }
}
