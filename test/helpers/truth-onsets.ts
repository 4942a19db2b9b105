import { travelTime } from '../../src/app/synth/crust-model.ts'
import { pathBetween, placeAt } from '../../src/app/synth/geography.ts'
import { buildNetwork, SOURCE_REGION } from '../../src/app/synth/network.ts'
import { Random } from '../../src/app/synth/random.ts'
import type { Detection } from '../../src/domain/detection.ts'
import type { Place } from '../../src/domain/place.ts'
import { parseInstrumentId, parseStationId, type StationId } from '../../src/domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../../src/domain/time.ts'
import { exampleDetection } from './example-detection.ts'

/** 2024-03-12T09:00:00Z. */
export const TRUTH_START: Micros = 1_710_234_000 * MICROS_PER_SECOND

export interface TrueEvent extends Place {
  readonly time: Micros
  readonly depthKm: number
  /** Felt up to here: the stations within it detect. */
  readonly reachKm: number
}

export interface TrueNetwork {
  readonly places: ReadonlyMap<StationId, Place>
  readonly events: readonly TrueEvent[]
  /** By onset. */
  readonly detections: readonly Detection[]
  /** Event number by detection id; absent: a false one. */
  readonly truth: ReadonlyMap<string, number>
  /** By event: stations that would have detected it, had none been busy with the one before. */
  readonly reached: readonly number[]
}

export interface TrueNetworkOptions {
  readonly seed: number
  readonly stations: number
  readonly events: number
  /** Mean seconds between events; they come at random. */
  readonly everySeconds: number
  /** Standard deviation of onset errors; one in twenty is five times as wrong. */
  readonly onsetSeconds?: number
  /** False detections of each station per hour. */
  readonly falsePerHour?: number
  /** Share of arrivals that nobody detects. */
  readonly missedShare?: number
}

/** One P triggers, and nothing else for this long. */
const DEAD_SECONDS = 25

/** Onsets that a network would detect: made from the crust of the synthetic archives, not from the tables that locate them. */
export function trueNetwork(options: TrueNetworkOptions): TrueNetwork {
  const { seed, everySeconds, onsetSeconds = 0.15, falsePerHour = 0, missedShare = 0.1 } = options
  const random = new Random(seed, 'truth')
  const stations = buildNetwork({ seed, count: options.stations, sampleRates: [100] })
  const places = new Map(stations.map((each) => [parseStationId(`${each.network}_${each.code}`)!, each as Place]))
  let time = TRUTH_START
  const events: TrueEvent[] = Array.from({ length: options.events }, () => {
    time += Math.round(random.exponential(everySeconds) * MICROS_PER_SECOND)
    const place = placeAt(SOURCE_REGION, 40 * random.normal(), 40 * random.normal())
    return { ...place, time, depthKm: random.between(3, 20), reachKm: 40 * 6 ** random.uniform() }
  })
  const end = time + 60 * MICROS_PER_SECOND
  const arrivals: { station: StationId; onset: Micros; event: number | undefined }[] = []
  for (const [station, place] of places) {
    events.forEach((event, number) => {
      const { distanceKm } = pathBetween(event, place)
      const isSeen = distanceKm <= event.reachKm && random.uniform() >= missedShare
      const error = random.normal() * onsetSeconds * (random.uniform() < 0.05 ? 5 : 1)
      const seconds = travelTime('P', distanceKm, event.depthKm) + error
      if (isSeen) arrivals.push({ station, onset: event.time + Math.round(seconds * MICROS_PER_SECOND), event: number })
    })
    if (falsePerHour > 0) {
      let at = TRUTH_START
      for (;;) {
        at += Math.round(random.exponential(3600 / falsePerHour) * MICROS_PER_SECOND)
        if (at > end) break
        arrivals.push({ station, onset: at, event: undefined })
      }
    }
  }
  const lastOnset = new Map<StationId, Micros>()
  const seen = arrivals
    .sort((a, b) => a.onset - b.onset || (a.station < b.station ? -1 : 1))
    .filter(({ station, onset }) => {
      if (onset - (lastOnset.get(station) ?? 0) < DEAD_SECONDS * MICROS_PER_SECOND) return false
      lastOnset.set(station, onset)
      return true
    })
  const detections = seen.map(({ station, onset }) => detectionAt(station, onset))
  return {
    places,
    events,
    detections,
    reached: events.map((_, number) => arrivals.filter(({ event }) => event === number).length),
    truth: new Map(seen.flatMap(({ event }, i) => (event === undefined ? [] : [[detections[i]!.id, event]]))),
  }
}

/** An open detection of a station's broadband sensor. */
export function detectionAt(station: StationId, onset: Micros, sensor = 'HH'): Detection {
  const instrument = parseInstrumentId(`${station}_00_${sensor}`)!
  return exampleDetection(0, {
    id: `${instrument}-${formatMicros(onset)}`,
    station,
    instrument,
    onset: { time: onset, uncertaintySeconds: 0.15, method: 'aic' },
    on: onset + 3 * MICROS_PER_SECOND,
    peak: { time: onset + 6 * MICROS_PER_SECOND, score: 0.97 },
  })
}
