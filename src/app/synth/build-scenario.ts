import type { Nanos } from '../../domain/time.ts'
import { buildDisturbances, buildFaults } from './mishaps.ts'
import { buildNetwork } from './network.ts'
import type { Scenario } from './scenario.ts'
import { buildSeismicity } from './seismicity.ts'

export interface ScenarioOptions {
  readonly seed: number
  readonly startTime: Nanos
  readonly minutes: number
  readonly stations: number
  /** Hz; the stations take them in turn. */
  readonly sampleRates: readonly number[]
  readonly eventsPerHour: number
  readonly minimumMagnitude: number
  readonly maximumMagnitude: number
  /** Seconds at the beginning with nothing but noise. */
  readonly quietStart: number
  readonly hasNoise: boolean
  /** Disturbances, spikes, steps, calibrations, dead components, gaps and clock jitter. */
  readonly hasGlitches: boolean
  readonly recordFormat: 2 | 3
}

/** 2024-03-12T09:00:00Z, a Tuesday morning. */
export const DEFAULT_START_TIME: Nanos = 1_710_234_000_000_000_000n

export const DEFAULT_SCENARIO: ScenarioOptions = {
  seed: 1,
  startTime: DEFAULT_START_TIME,
  minutes: 60,
  stations: 6,
  sampleRates: [100],
  eventsPerHour: 20,
  minimumMagnitude: 0.8,
  maximumMagnitude: 4.5,
  quietStart: 30,
  hasNoise: true,
  hasGlitches: true,
  recordFormat: 2,
}

/** Share of the sample period by which a clock may err: two records then never disagree by half a sample. */
export const CLOCK_JITTER = 0.15

/** A network, its earthquakes and its mishaps, drawn from the seed. */
export function buildScenario(options: Partial<ScenarioOptions> = {}): Scenario {
  const all = { ...DEFAULT_SCENARIO, ...options }
  const { seed, startTime, hasNoise, hasGlitches, recordFormat } = all
  const durationSeconds = all.minutes * 60
  const stations = buildNetwork({ seed, count: all.stations, sampleRates: all.sampleRates })
  const span = { seed, fromSeconds: all.quietStart, toSeconds: durationSeconds }
  return {
    seed,
    startTime,
    durationSeconds,
    stations,
    earthquakes: buildSeismicity({ ...all, ...span }),
    disturbances: hasGlitches ? buildDisturbances({ ...span, stations }) : [],
    faults: hasGlitches ? buildFaults({ ...span, stations }) : [],
    hasNoise,
    clockJitter: hasGlitches ? CLOCK_JITTER : 0,
    recordFormat,
  }
}
