import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from, Subject } from 'rxjs'
import type { Config } from '../../contract/config.ts'
import type { TriggerOutput } from '../../detection/trigger.ts'
import type { Packet } from '../../domain/packet.ts'
import { FORGETFUL_STATE } from '../../domain/ports.ts'
import { openArchive } from '../../io/archive/index.ts'
import { explain } from '../../pipeline/explain.ts'
import { createPreprocessor } from '../../signal/preprocess.ts'
import { defaultConfig } from '../default-config.ts'
import { createExplainer } from '../explainer.ts'
import { type LoadedModel, loadModel } from '../load-model.ts'
import { monitor } from '../monitor.ts'
import { monitorParts } from '../monitor-parts.ts'
import { buildScenario, DEFAULT_SCENARIO } from '../synth/build-scenario.ts'
import { writeArchive } from '../synth/write-archive.ts'
import { storeArchive } from './store-archive.ts'

export interface ExplanationSpeed {
  /** Of the archive that all figures are from. */
  readonly detectionsPerStationHour: number
  /** Microseconds for one detection, its opening and its closing. */
  readonly microsPerDetection: number
  /** Microseconds per second of one instrument's data, whole pipeline. */
  readonly microsWithout: number
  readonly microsWith: number
}

const STATIONS = 6
const MINUTES = 60
/** With this few of them a station has about one detection an hour. */
const EVENTS_PER_HOUR = 1
/** The best of so many, because the machine is shared. */
const ROUNDS = 5
/** The detections are explained this often in a round: there are few. */
const REPEATS = 20

/** What saying why costs: alone, and as part of the pipeline when a station has about one detection an hour. */
export async function benchExplanation(): Promise<ExplanationSpeed> {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-bench-'))
  try {
    const scenario = { ...DEFAULT_SCENARIO, stations: STATIONS, minutes: MINUTES, sampleRates: [100] }
    writeArchive(buildScenario({ ...scenario, eventsPerHour: EVENTS_PER_HOUR }), folder)
    const archive = join(folder, 'sds')
    const withIt = defaultConfig()
    const without: Config = { ...withIt, relevance: { ...withIt.relevance, onTrigger: false } }
    const model = await loadModel(withIt.model, 'builtin')
    const outputs = await detectionsOf(archive, without, model)
    const explainAll = explanationOf(outputs, withIt, model)
    const database = join(folder, 'bench.db')
    let [alone, microsWithout, microsWith] = [Infinity, Infinity, Infinity]
    for (let round = 0; round < ROUNDS; round++) {
      alone = Math.min(alone, await microsOf(explainAll))
      microsWithout = Math.min(microsWithout, await microsOf(() => storeArchive({ archive, config: without, model, database })))
      microsWith = Math.min(microsWith, await microsOf(() => storeArchive({ archive, config: withIt, model, database })))
    }
    const stationSeconds = STATIONS * MINUTES * 60
    const detections = outputs.filter((output) => output.kind === 'detection' && output.detection.state === 'closed').length
    return {
      detectionsPerStationHour: detections / (stationSeconds / 3600),
      microsPerDetection: alone / (REPEATS * detections),
      microsWithout: microsWithout / stationSeconds,
      microsWith: microsWith / stationSeconds,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function microsOf(run: () => unknown): Promise<number> {
  const begin = performance.now()
  await run()
  return (performance.now() - begin) * 1000
}

/** What the trigger hands on, not explained. */
async function detectionsOf(path: string, config: Config, model: LoadedModel): Promise<TriggerOutput[]> {
  const archive = await openArchive([path], { onProblem() {} })
  const packets$ = new Subject<Packet>()
  const parts = monitorParts(config, model, {
    isAccepted: () => true,
    state: FORGETFUL_STATE,
    onLatency() {},
    onCounters() {},
    onProblem() {},
  })
  const outputs: TriggerOutput[] = []
  monitor(packets$, parts).detections$.subscribe((output) => outputs.push(output))
  for (const { bytes, path: origin, offset } of archive.records()) packets$.next({ bytes, origin, sequence: BigInt(offset) })
  packets$.complete()
  archive.close()
  return outputs
}

function explanationOf(outputs: readonly TriggerOutput[], config: Config, { card, classifier, network }: LoadedModel) {
  const explainer = createExplainer(network, config.relevance.beta)
  const { windowLength, channels } = classifier
  const prepare = createPreprocessor(card.preprocess, { windowLength, channels, sampleRate: card.sampleRate })
  return () => {
    // A new operator each time: it explains no window twice.
    for (let i = 0; i < REPEATS; i++)
      from(outputs)
        .pipe(explain(explainer, prepare, card.sampleRate))
        .subscribe()
  }
}
