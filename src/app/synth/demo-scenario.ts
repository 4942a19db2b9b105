import type { Nanos } from '../../domain/time.ts'
import { noiseLevelIn } from './background-noise.ts'
import { CLOCK_JITTER, DEFAULT_START_TIME } from './build-scenario.ts'
import { placeAt } from './geography.ts'
import { buildNetwork, SOURCE_REGION } from './network.ts'
import { type Disturbance, type Fault, type Scenario, stationName } from './scenario.ts'
import { earthquakeOf } from './seismicity.ts'

const SEED = 7
const DURATION_SECONDS = 20 * 60

/** Origin time, magnitude, kilometres east and north of the middle of the source region, depth. */
const EARTHQUAKES: readonly (readonly [seconds: number, magnitude: number, east: number, north: number, depthKm: number])[] = [
  // The first P comes when the first window is just full (25 s).
  [26.4, 3.5, 1, 2, 8.5],
  [112, 2.4, 2, -1, 7.5],
  [181, 1.1, 0, 4, 9.5],
  [246, 2.2, -2, 1, 6.5],
  [322, 1.5, 3, 5, 11],
  // A larger one from outside the network, Pn first at the far stations.
  [398, 3.5, -95, 70, 14],
  [492, 2, 1, 1, 8],
  [553, 2.4, 0, -3, 7],
  // A pair: the second starts in the coda of the first.
  [631, 1.6, 2, 3, 9],
  [648, 2, 2, 3.4, 9.2],
  [724, 1.3, -3, -2, 5.5],
  [795, 2.6, 1, 0, 8.2],
  [884, 1, 0, 2, 7.8],
  [947, 1.8, -1, 6, 10],
  [1021, 3, 2, 1, 9],
  [1123, 1.5, 1, -1, 8],
]

/** Station number, kind, start, duration, size relative to the station's own noise. */
const DISTURBANCES: readonly (readonly [
  station: number,
  kind: Disturbance['kind'],
  seconds: number,
  duration: number,
  size: number,
])[] = [
  [1, 'vehicle', 72, 28, 14],
  [0, 'footsteps', 92, 16, 12],
  [3, 'thump', 145, 2.5, 40],
  [2, 'machine', 205, 120, 9],
  [4, 'vehicle', 215, 35, 10],
  [1, 'footsteps', 290, 24, 15],
  [5, 'thump', 297, 2.5, 30],
  [0, 'vehicle', 365, 25, 18],
  [3, 'machine', 440, 90, 8],
  [1, 'thump', 521, 2.5, 60],
  [4, 'footsteps', 590, 20, 12],
  [2, 'vehicle', 690, 30, 20],
  [0, 'machine', 745, 40, 8],
  [5, 'vehicle', 850, 40, 9],
  [3, 'footsteps', 910, 22, 12],
  [1, 'vehicle', 985, 30, 16],
  [0, 'thump', 1085, 2.5, 50],
]

/** Station number, kind, component (all when undefined), start, duration, counts. */
type FaultRow = readonly [
  station: number,
  kind: Fault['kind'],
  component: Fault['component'],
  seconds: number,
  duration: number,
  counts: number,
]
const FAULTS: readonly FaultRow[] = [
  [2, 'spike', 'Z', 85, 0, 60_000],
  [4, 'spike', 'N', 160, 0, -25_000],
  [0, 'spike', 'E', 232, 0, 150_000],
  [3, 'step', 'N', 280, 0, 40_000],
  [5, 'gap', undefined, 345, 14, 0],
  [2, 'gap', 'E', 470, 8, 0],
  [4, 'dead', 'Z', 600, 150, 0],
  [1, 'calibration', undefined, 765, 6, 30_000],
  [3, 'gap', undefined, 830, 35, 0],
  [5, 'spike', 'Z', 925, 0, -80_000],
  [2, 'step', 'Z', 1000, 0, -20_000],
]

export interface DemoOptions {
  readonly seed?: number
  readonly startTime?: Nanos
}

/**
 * Twenty minutes worth seeing: six stations of mixed rates; a clear magnitude 3.5 as soon as the first window is full, then an
 * earthquake every minute or so, between them people, spikes and steps; later gaps and a component that dies for a while.
 */
export function demoScenario({ seed = SEED, startTime = DEFAULT_START_TIME }: DemoOptions = {}): Scenario {
  const stations = buildNetwork({ seed, count: 6, sampleRates: [100, 100, 50, 200, 100, 40] })
  return {
    seed,
    startTime,
    durationSeconds: DURATION_SECONDS,
    stations,
    earthquakes: EARTHQUAKES.map(([seconds, magnitude, east, north, depthKm], index) =>
      earthquakeOf(seed, index + 1, seconds, magnitude, placeAt(SOURCE_REGION, east, north), depthKm),
    ),
    disturbances: DISTURBANCES.map(([number, kind, seconds, durationSeconds, size]) => {
      const station = stations[number]!
      return { kind, station: stationName(station), seconds, durationSeconds, peakVelocity: size * noiseLevelIn(station, 1, 15) }
    }),
    faults: FAULTS.map(([number, kind, component, seconds, durationSeconds, counts]) => ({
      kind,
      station: stationName(stations[number]!),
      ...(component && { component }),
      seconds,
      durationSeconds,
      counts,
    })),
    hasNoise: true,
    clockJitter: CLOCK_JITTER,
    recordFormat: 2,
  }
}
