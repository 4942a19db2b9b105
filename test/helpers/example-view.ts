import { HealthHistory } from '../../src/app/health/health-history.ts'
import { ScoreDistributions } from '../../src/app/score-distribution.ts'
import { storeView } from '../../src/app/store-view.ts'
import { storedWaveforms } from '../../src/app/stored-waveforms.ts'
import type { ModelSummary, StationStatus, SystemHealth } from '../../src/contract/health.ts'
import type { ModelCard } from '../../src/contract/model-card.ts'
import type { Store } from '../../src/io/store/store.ts'
import type { MonitorView } from '../../src/server/monitor-view.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from './example-detection.ts'

export const EXAMPLE_STATION: StationStatus = {
  station: 'CI_CLC',
  instrument: EXAMPLE_INSTRUMENT,
  state: 'ok',
  latencySeconds: 2.5,
  lastSampleTime: '2019-07-04T17:33:49.000000Z',
  sampleRate: 100,
  gaps: 0,
  overlaps: 0,
  trigger: { on: 0.9, off: 0.5 },
}

export const EXAMPLE_MODEL: ModelSummary = {
  model: 'first@abc',
  engine: 'builtin',
  gridRate: 20,
  windowSeconds: 25,
  strideSeconds: 1,
  components: ['Z', 'N', 'E'],
  trigger: { on: 0.9, off: 0.5 },
}

export const EXAMPLE_SYSTEM: SystemHealth = {
  status: 'ok',
  reasons: [],
  servers: [],
  store: { state: 'ok', bytes: 4096 },
  problems: { 'steim-integrity': 2 },
  detections: 0,
  windows: 0,
  dataTime: null,
}

const EXAMPLE_HISTORY = new HealthHistory({ clock: { now: () => EXAMPLE_TIME }, gridRate: 20, saved: [] })

/** A monitor that stands still, over a real store. */
export function exampleView(store: Store): MonitorView {
  return {
    ...storeView(store),
    version: '0.1.0',
    mode: 'live',
    startedAt: EXAMPLE_TIME,
    clock: { now: () => EXAMPLE_TIME + 60_000_000 },
    stations: () => [EXAMPLE_STATION],
    system: () => EXAMPLE_SYSTEM,
    model: () => EXAMPLE_MODEL,
    modelCard: () => ({ name: 'first' }),
    healthHistory: () => EXAMPLE_HISTORY.ofAll([EXAMPLE_INSTRUMENT]),
    instrumentHistory: (instrument) => (instrument === EXAMPLE_INSTRUMENT ? EXAMPLE_HISTORY.ofInstrument(instrument) : undefined),
    latency: () => ({ steps: [] }),
    log: () => ({ lines: [], newest: 0 }),
    modelKernels: () => ({ model: 'first@abc', layers: [] }),
    hasModelReport: () => false,
    modelReport: () => undefined,
    study: { miniseed: () => undefined, replay: () => undefined, explanation: () => undefined },
    drills: { begin: unasked, list: () => [], find: () => undefined },
    whatIf: { answer: unasked, events: unasked, sweep: unasked },
    settings: { read: unasked, propose: unasked, write: unasked },
    scoreDistribution: (request) => {
      const card = {} as ModelCard
      return new ScoreDistributions({ store, instruments: [EXAMPLE_INSTRUMENT], card }).ask(request)
    },
    waveforms: (instrument, from, to, maximumPoints) =>
      storedWaveforms({ from, to, maximumPoints }, EXAMPLE_MODEL.gridRate, (first, last) =>
        store.waveforms(instrument, first, last),
      ),
    metrics: async () => ({ contentType: 'text/plain', text: 'quakewire_packets_total 3\n' }),
  }
}

function unasked(): never {
  throw new Error('the example view answers no such question')
}
