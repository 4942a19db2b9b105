import { instrumentIdOf, sourceIdFromNslc } from '../../domain/source-id.ts'
import { formatMicros, type Micros, nanosToMicros } from '../../domain/time.ts'
import { noiseLevelIn } from './background-noise.ts'
import { COUNTS_PER_METRE_PER_SECOND } from './digitiser.ts'
import { channelCode, type Scenario, type SyntheticStation, stationName } from './scenario.ts'
import type { ArrivalFacts } from './seismogram.ts'

/** What `truth.json` holds: everything in the archive that is no noise. Times are ISO 8601 UTC. */
export function truthDocument(scenario: Scenario): object {
  const time = timeIn(scenario)
  return {
    seed: scenario.seed,
    startTime: time(0),
    endTime: time(scenario.durationSeconds),
    countsPerMetrePerSecond: COUNTS_PER_METRE_PER_SECOND,
    stations: scenario.stations.map((station) => ({
      station: stationName(station),
      instrument: instrumentOf(station),
      sampleRate: station.sampleRate,
      latitude: station.latitude,
      longitude: station.longitude,
      elevationMetres: station.elevationMetres,
      noiseMetresPerSecond: noiseOf(station),
    })),
    earthquakes: scenario.earthquakes.map(({ seconds, stressDrop, ...earthquake }) => ({
      ...earthquake,
      time: time(seconds),
      stressDropPascal: Math.round(stressDrop),
    })),
    disturbances: scenario.disturbances.map((disturbance) => timed(disturbance, time)),
    faults: scenario.faults.map((fault) => timed(fault, time)),
  }
}

/** `truth.jsonl`: one line per earthquake and station, by P time. */
export function arrivalLines(scenario: Scenario, arrivals: readonly ArrivalFacts[]): string {
  const time = timeIn(scenario)
  const noise = new Map(scenario.stations.map((station) => [stationName(station), noiseOf(station)]))
  return inOrder(arrivals)
    .map((arrival) => {
      const line = {
        earthquake: arrival.earthquake,
        station: arrival.station,
        p: time(arrival.pSeconds),
        s: time(arrival.sSeconds),
        distanceKm: rounded(arrival.distanceKm),
        backAzimuth: rounded(arrival.backAzimuth),
        pMetresPerSecond: Number(arrival.pVelocity.toPrecision(4)),
        sMetresPerSecond: Number(arrival.sVelocity.toPrecision(4)),
        pSnrDecibel: signalToNoise(arrival.pVelocity, noise.get(arrival.station)),
        sSnrDecibel: signalToNoise(arrival.sVelocity, noise.get(arrival.station)),
      }
      return `${JSON.stringify(line)}\n`
    })
    .join('')
}

/** `catalogue.csv`: origin times. */
export function catalogueCsv(scenario: Scenario): string {
  const time = timeIn(scenario)
  const rows = scenario.earthquakes.map(({ id, seconds, magnitude, latitude, longitude, depthKm }) =>
    [time(seconds), magnitude, latitude, longitude, depthKm, id].join(','),
  )
  return ['time,magnitude,latitude,longitude,depth_km,id', ...rows, ''].join('\n')
}

/** `arrivals.csv`: P times at each station, in the same format. */
export function arrivalsCsv(scenario: Scenario, arrivals: readonly ArrivalFacts[]): string {
  const time = timeIn(scenario)
  const magnitudes = new Map(scenario.earthquakes.map(({ id, magnitude }) => [id, magnitude]))
  const noise = new Map(scenario.stations.map((station) => [stationName(station), noiseOf(station)]))
  const rows = inOrder(arrivals).map(({ earthquake, station, pSeconds, distanceKm, pVelocity }) =>
    [
      time(pSeconds),
      magnitudes.get(earthquake),
      station,
      rounded(distanceKm),
      signalToNoise(pVelocity, noise.get(station)) ?? '',
      earthquake,
    ].join(','),
  )
  return ['time,magnitude,station,distance_km,p_snr_db,id', ...rows, ''].join('\n')
}

/** `stations.yaml`: a configuration that monitors the archive once `serve` plays it. */
export function stationsYaml(scenario: Scenario, model: string): string {
  const instruments = scenario.stations.map((station) => `      - ${instrumentOf(station)}`)
  const places = scenario.stations.map(
    (station) =>
      `  ${stationName(station)}: { coordinates: { latitude: ${station.latitude}, longitude: ${station.longitude}, elevationMetres: ${station.elevationMetres} } }`,
  )
  return [
    '# For the archive beside this file, once `quakewire serve` plays its folder sds.',
    `model: ${JSON.stringify(model)}`,
    'servers:',
    '  - url: seedlink://127.0.0.1:18000',
    '    stations:',
    ...instruments,
    'stations:',
    ...places,
    '',
  ].join('\n')
}

/** `NET_STA_LOC_BS` of a synthetic station. */
export function instrumentOf(station: SyntheticStation): string {
  return instrumentIdOf(sourceIdFromNslc(station.network, station.code, station.location, channelCode(station, 'Z')))
}

function timeIn(scenario: Scenario): (seconds: number) => string {
  const start: Micros = nanosToMicros(scenario.startTime)
  return (seconds) => formatMicros(start + Math.round(seconds * 1e6))
}

function timed<T extends { seconds: number }>({ seconds, ...rest }: T, time: (seconds: number) => string): object {
  return { ...rest, time: time(seconds) }
}

function inOrder(arrivals: readonly ArrivalFacts[]): ArrivalFacts[] {
  return arrivals.toSorted((a, b) => a.pSeconds - b.pSeconds || (a.station < b.station ? -1 : 1))
}

/** rms of midday noise on Z in the band where local earthquakes are seen. */
function noiseOf(station: SyntheticStation): number {
  return Number(noiseLevelIn(station, 1, 10).toPrecision(4))
}

function signalToNoise(velocity: number, noise: number | undefined): number | undefined {
  return noise && velocity > 0 ? rounded(20 * Math.log10(velocity / noise)) : undefined
}

function rounded(value: number): number {
  return Number(value.toFixed(2))
}
