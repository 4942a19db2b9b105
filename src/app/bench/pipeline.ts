import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Observable, Subject } from 'rxjs'
import type { Packet } from '../../domain/packet.ts'
import { type Classifier, FORGETFUL_STATE } from '../../domain/ports.ts'
import { openArchive } from '../../io/archive/index.ts'
import { defaultConfig } from '../default-config.ts'
import { type LoadedModel, loadModel } from '../load-model.ts'
import { type MonitorStreams, monitor } from '../monitor.ts'
import { monitorParts } from '../monitor-parts.ts'
import { buildScenario, DEFAULT_SCENARIO } from '../synth/build-scenario.ts'
import { writeArchive } from '../synth/write-archive.ts'
import { storeArchive } from './store-archive.ts'

export interface PipelineSpeed {
  readonly name: string
  /** Seconds of three-component data of one instrument per second of one core. */
  readonly timesRealTime: number
  /** Microseconds per second of one instrument's data. */
  readonly microsPerStationSecond: number
}

const STATIONS = 6
/** Long enough that opening files, the store and the model count for nothing: speed is what a monitor that runs for days has. */
const MINUTES = 240
/** The best of so many, because the machine is shared. */
const ROUNDS = 3

/**
 * How fast the whole pipeline is, miniSEED files to stored detections, and which part of it takes how long: each row adds a stage
 * to the row before. 100 Hz, three components, a window every second.
 */
export async function benchPipeline(): Promise<PipelineSpeed[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-bench-'))
  try {
    writeArchive(buildScenario({ ...DEFAULT_SCENARIO, stations: STATIONS, minutes: MINUTES, sampleRates: [100] }), folder)
    const archive = join(folder, 'sds')
    const database = join(folder, 'bench.db')
    const config = defaultConfig()
    const model = await loadModel(config.model, 'builtin')
    const { second: _asked, ...alone } = model
    const silent: LoadedModel = { ...alone, classifier: silentClassifier(model.classifier) }
    return [
      await best('read and decode', () => play(archive, silent, ({ records$ }) => records$)),
      await best('+ merge, resample, assemble', () => play(archive, silent, ({ frames$ }) => frames$)),
      await best('+ windows, preprocess', () => play(archive, silent, ({ scores$ }) => scores$)),
      await best('+ classify', () => play(archive, alone, ({ scores$ }) => scores$)),
      await best('+ second opinion', () => play(archive, model, ({ scores$ }) => scores$)),
      await best('+ trigger, store: the whole pipeline', () => storeArchive({ archive, config, model, database })),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function best(name: string, run: () => Promise<unknown>): Promise<PipelineSpeed> {
  let seconds = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now()
    await run()
    seconds = Math.min(seconds, (performance.now() - begin) / 1000)
  }
  const stationSeconds = STATIONS * MINUTES * 60
  return { name, timesRealTime: stationSeconds / seconds, microsPerStationSecond: (seconds * 1e6) / stationSeconds }
}

async function play(path: string, model: LoadedModel, upTo: (streams: MonitorStreams) => Observable<unknown>) {
  const archive = await openArchive([path], { onProblem() {} })
  const packets$ = new Subject<Packet>()
  const parts = monitorParts(defaultConfig(), model, {
    isAccepted: () => true,
    state: FORGETFUL_STATE,
    onLatency() {},
    onCounters() {},
    onProblem() {},
  })
  upTo(monitor(packets$, parts)).subscribe()
  for (const { bytes, path: origin, offset } of archive.records()) packets$.next({ bytes, origin, sequence: BigInt(offset) })
  packets$.complete()
  archive.close()
}

/** Takes no time, finds nothing. */
function silentClassifier({ windowLength, channels }: Classifier): Classifier {
  const scores = new Float32Array(1)
  return { windowLength, channels, classify: () => scores }
}
