import type { NetworkEvent } from '../../src/domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE } from '../../src/domain/place.ts'
import type { TrueNetwork } from './truth-onsets.ts'

/** Events of a made-up network by the earthquake that most of their counted onsets come from. Located errors in km. */
export function toldByTruth({ events, truth }: TrueNetwork, all: readonly NetworkEvent[]) {
  const told = all.filter(({ state }) => state === 'closed')
  const owner = new Map(told.map((event) => [event, ownerOf(event, truth)]))
  const own = events.map((_, number) => told.filter((event) => owner.get(event) === number))
  const seen = events.map((_, number) => [...truth.values()].filter((each) => each === number).length)
  const locatable = events.flatMap((_, number) => (seen[number]! >= 4 ? [number] : []))
  const located = locatable.flatMap((number) => {
    const location = own[number]![0]?.location
    return location ? [{ km: distanceDegrees(location, events[number]!) * KM_PER_DEGREE, stations: seen[number]! }] : []
  })
  return {
    locatable: locatable.length,
    found: locatable.filter((number) => own[number]!.length > 0).length,
    doubled: own.filter((each) => each.length > 1).length,
    false: told.filter((event) => owner.get(event) === undefined).length,
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

function ownerOf({ members }: NetworkEvent, truth: TrueNetwork['truth']): number | undefined {
  const counted = members.filter(({ phase }) => phase === 'P').map(({ detection }) => truth.get(detection))
  return counted.find((number) => number !== undefined && counted.filter((each) => each === number).length * 2 > counted.length)
}

function quantiles(values: readonly number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1))
  return { count: sorted.length, half: at(0.5), nineOfTen: at(0.9), largest: at(1) }
}
