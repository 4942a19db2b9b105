import type { Detection, RelevanceFacts } from '../../src/domain/detection.ts'
import { parseInstrumentId, stationOfInstrument } from '../../src/domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../../src/domain/time.ts'

/** 2019-07-04T17:33:49Z, the beginning of all example data. */
export const EXAMPLE_TIME: Micros = 1_562_261_629 * MICROS_PER_SECOND

export const EXAMPLE_INSTRUMENT = parseInstrumentId('CI_CLC_00_HH')!

export const EXAMPLE_FACTS: RelevanceFacts = {
  beta: 0,
  conserved: 0.9,
  beforeOnset: 0.1,
  fromS: 0.3,
  centroidSeconds: 2.5,
  sGuessSeconds: 4,
  spike: 0.06,
  flatEdge: 0,
  windowEdge: 0.02,
  components: [0.5, 0.3, 0.2],
}

/** A plausible open detection; `seconds` after the beginning. */
export function exampleDetection(seconds: number, changes: Partial<Detection> = {}): Detection {
  const instrument = changes.instrument ?? EXAMPLE_INSTRUMENT
  const time = EXAMPLE_TIME + seconds * MICROS_PER_SECOND
  return {
    id: `${instrument}-${formatMicros(time)}-abc`,
    state: 'open',
    station: stationOfInstrument(instrument),
    instrument,
    onset: { time, uncertaintySeconds: 0.05, method: 'aic' },
    on: time + 3 * MICROS_PER_SECOND,
    off: null,
    peak: { time: time + 5 * MICROS_PER_SECOND, score: Math.fround(0.97) },
    model: 'first@abc',
    config: 'def',
    quality: { gaps: 0, windows: 3, isTruncated: false, snrDb: 12.5, peakAmplitude: 4200 },
    ...changes,
  }
}

/** The same detection, closed ten seconds after its onset. */
export function closed(detection: Detection): Detection {
  return { ...detection, state: 'closed', off: detection.onset.time + 10 * MICROS_PER_SECOND }
}
