import type { Config } from '../../contract/config.ts'
import type { Drill } from '../../contract/drill.ts'
import type { SourceId } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, microsToNanos, type Nanos } from '../../domain/time.ts'
import { encodeRecords, endTimeOf, parseHeader } from '../../miniseed/index.ts'
import { type Place, placeAt } from '../synth/geography.ts'
import { buildNetwork, NETWORK_CODE, SOURCE_REGION } from '../synth/network.ts'
import { type Scenario, type SyntheticStation, stationName } from '../synth/scenario.ts'
import { earthquakeOf } from '../synth/seismicity.ts'
import { stationRecord } from '../synth/station-record.ts'

/** A made-up earthquake, and the stations that see it. */
export interface DrillScenario {
  readonly scenario: Scenario
  readonly truth: Drill['truth']
}

/** One packet of a drill, and when the station would have sent it. */
export interface DrillPacket {
  readonly bytes: Uint8Array
  readonly endTime: Nanos
}

/** Always the same ground motion: what differs between two drills is the monitor. */
const SEED = 11
/** A window is full and quiet before the earthquake comes; its waves have passed and the trigger has closed at the end. */
const QUIET_SECONDS = 60
const DURATION_SECONDS = 180
const SAMPLE_RATE = 40
const MAGNITUDE = 3.5
const DEPTH_KM = 8
/** With fewer there is no location. */
const FEWEST_STATIONS = 4
const MOST_STATIONS = 20
/** The stations lie around the epicentre, from here to there. */
const NEAREST_KM = 9
const APART_KM = 2
const GOLDEN_ANGLE = 137.508

/** Stations of a network code that FDSN keeps for tests, in the middle of the real ones; the data end now. */
export function drillScenario(config: Pick<Config, 'coincidence' | 'stations'>, now: Micros): DrillScenario {
  const count = Math.min(MOST_STATIONS, Math.max(FEWEST_STATIONS, Math.ceil(config.coincidence.stations)))
  const centre = middleOf(Object.values(config.stations).flatMap(({ coordinates }) => coordinates ?? []))
  // On a whole second, so that every drill meets the same grid.
  const start = Math.floor(now / MICROS_PER_SECOND) * MICROS_PER_SECOND - DURATION_SECONDS * MICROS_PER_SECOND
  const earthquake = earthquakeOf(SEED, 1, QUIET_SECONDS, MAGNITUDE, centre, DEPTH_KM)
  const scenario: Scenario = {
    seed: SEED,
    startTime: microsToNanos(start),
    durationSeconds: DURATION_SECONDS,
    stations: buildNetwork({ seed: SEED, count, sampleRates: [SAMPLE_RATE] }).map((station, i) =>
      drillStation(station, i, centre),
    ),
    earthquakes: [earthquake],
    disturbances: [],
    faults: [],
    hasNoise: true,
    clockJitter: 0,
    recordFormat: 2,
  }
  const { latitude, longitude, depthKm, magnitude } = earthquake
  const time = formatMicros(start + QUIET_SECONDS * MICROS_PER_SECOND)
  return { scenario, truth: { time, latitude, longitude, depthKm, magnitude } }
}

/** One station's packets; some hundredths of a second of work. */
export function drillPackets(scenario: Scenario, station: SyntheticStation): DrillPacket[] {
  const channels = new Map<SourceId, number[]>()
  for (const { sourceId, samples } of stationRecord(scenario, station)) {
    const all = channels.get(sourceId) ?? []
    channels.set(sourceId, all)
    for (const sample of samples) all.push(sample)
  }
  return [...channels].flatMap(([sourceId, samples]) =>
    encodeRecords(sourceId, scenario.startTime, station.sampleRate, Int32Array.from(samples)).map((bytes) => ({
      bytes,
      endTime: endTimeOf(parseHeader(bytes)),
    })),
  )
}

/** The monitor's configuration for the stations of a drill and no others. */
export function drillConfig(config: Config, { stations }: Scenario): Config {
  const places = stations.map(({ latitude, longitude, ...station }) => [
    stationName({ latitude, longitude, ...station }),
    { coordinates: { latitude, longitude } },
  ])
  const coincidence = { ...config.coincidence, groups: {}, weights: {} }
  return { ...config, stations: Object.fromEntries(places), coincidence, servers: [] }
}

export function isOfDrill(sourceId: SourceId): boolean {
  return sourceId.startsWith(`FDSN:${NETWORK_CODE}_`)
}

function drillStation(station: SyntheticStation, index: number, centre: Place): SyntheticStation {
  const km = NEAREST_KM + APART_KM * index
  const azimuth = (index * GOLDEN_ANGLE * Math.PI) / 180
  const { latitude, longitude } = placeAt(centre, km * Math.sin(azimuth), km * Math.cos(azimuth))
  return {
    ...station,
    code: `QW${String(index + 1).padStart(2, '0')}`,
    latitude: Number(latitude.toFixed(5)),
    longitude: Number(longitude.toFixed(5)),
    startOffsetNanos: 0n,
  }
}

function middleOf(places: readonly Place[]): Place {
  if (places.length === 0) return SOURCE_REGION
  // Good enough for a place: networks across the date line have their drills elsewhere.
  const mean = (of: (place: Place) => number) => places.reduce((sum, place) => sum + of(place), 0) / places.length
  return { latitude: mean(({ latitude }) => latitude), longitude: mean(({ longitude }) => longitude) }
}
