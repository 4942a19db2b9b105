import type { Nanos } from '../../domain/time.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import { DEFAULT_START_TIME } from '../synth/build-scenario.ts'
import { buildNetwork, SOURCE_REGION } from '../synth/network.ts'
import type { Scenario } from '../synth/scenario.ts'
import type { ArrivalFacts } from '../synth/seismogram.ts'
import { stationRecord } from '../synth/station-record.ts'
import { toGridTrace, windowOf } from '../training/grid-trace.ts'
import type { LabelledWindow } from './labelled-windows.ts'
import { phaseParts } from './phase-parts.ts'

/** P lies this far into the window. */
const LEAD_SECONDS = 5
const ORIGIN_SECONDS = 60
const STATION = 2

/** Magnitude 2.5 in eight kilometres' depth, some 28 km from the station. */
const SCENARIO: Scenario = {
  seed: 1,
  startTime: DEFAULT_START_TIME,
  durationSeconds: 120,
  stations: buildNetwork({ seed: 1, count: STATION + 1, sampleRates: [100] }),
  earthquakes: [
    {
      id: 'example',
      seconds: ORIGIN_SECONDS,
      ...SOURCE_REGION,
      depthKm: 8,
      magnitude: 2.5,
      stressDrop: 3e6,
      mechanism: { strike: 150, dip: 45, rake: -90 },
    },
  ],
  disturbances: [],
  faults: [],
  hasNoise: true,
  clockJitter: 0,
  recordFormat: 2,
}

/**
 * A made-up earthquake, the same every time: what a report shows when no data are given, and a model's own report always, because
 * real waveforms are not ours to pass on.
 */
export function exampleWindow(windowLength: number, sampleRate: number, preprocess: Preprocessor): LabelledWindow {
  const trace = toGridTrace(exampleTrace(), sampleRate, () => {})
  if (trace?.pIndex === undefined) throw new Error('example window: expected a trace with P, got none')
  const firstIndex = trace.pIndex - Math.round(LEAD_SECONDS * sampleRate)
  const samples = windowOf(trace, firstIndex, windowLength).slice()
  const input = new Float32Array(samples.length)
  preprocess(samples, input)
  const sRow = trace.sIndex === undefined ? undefined : trace.sIndex - firstIndex
  const parts = phaseParts(trace, firstIndex, windowLength, sampleRate)
  return { label: trace.label, input, samples, parts, pRow: trace.pIndex - firstIndex, sRow }
}

function exampleTrace() {
  const station = SCENARIO.stations[STATION]!
  const parts: [number[], number[], number[]] = [[], [], []]
  let arrival: ArrivalFacts | undefined
  const pieces = [...stationRecord(SCENARIO, station, (facts) => (arrival = facts))]
  for (const [i, { samples }] of pieces.entries()) parts[i % 3]!.push(...samples)
  const sampleOf = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * station.sampleRate)
  return {
    label: {
      name: 'example',
      dataset: 'synthetic',
      category: 'earthquake' as const,
      split: undefined,
      sampleRate: station.sampleRate,
      startTime: (SCENARIO.startTime + station.startOffsetNanos) as Nanos,
      componentOrder: 'ZNE',
      pSample: sampleOf(arrival?.pSeconds),
      sSample: sampleOf(arrival?.sSeconds),
      noiseKind: '',
      station: `${station.network}_${station.code}`,
      snrDb: undefined,
      magnitude: SCENARIO.earthquakes[0]?.magnitude,
      distanceKm: arrival?.distanceKm,
      group: 'example',
    },
    sampleRate: station.sampleRate,
    components: parts.map((part) => Float32Array.from(part)) as [Float32Array, Float32Array, Float32Array],
    isLive: [true, true, true] as const,
  }
}
