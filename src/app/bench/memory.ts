import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { Subject } from 'rxjs'
import type { Packet } from '../../domain/packet.ts'
import { stationIdOf } from '../../domain/source-id.ts'
import { openStore } from '../../io/store/store.ts'
import { defaultConfig } from '../default-config.ts'
import { loadModel } from '../load-model.ts'
import { monitor } from '../monitor.ts'
import { monitorParts } from '../monitor-parts.ts'
import { PipelineMemory } from '../pipeline-state.ts'
import { NO_CHECKPOINT, REPLAY_PACE, Recorder } from '../recorder.ts'
import { SYSTEM_CLOCK } from '../system-clock.ts'
import { endlessPackets } from './endless-packets.ts'

export interface MemoryReport {
  readonly stations: number
  readonly hours: number
  /** Resident memory of the process after each tenth of the time, MB. */
  readonly residentMegabytes: readonly number[]
  /** State that a restart would bring back, kB per station. */
  readonly stateKilobytesPerStation: number
  readonly timesRealTime: number
  readonly detections: number
}

/** Many stations for a long time through pipeline and store: does memory stay flat? */
export async function benchMemory(stations: number, hours: number): Promise<MemoryReport> {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-bench-'))
  const config = defaultConfig()
  const model = await loadModel(config.model, config.engine)
  const options = { keepScoresDays: 30, maximumMegabytes: 4096, strideSeconds: 1, clock: SYSTEM_CLOCK, onProblem() {} }
  const store = openStore(join(folder, 'memory.db'), options)
  const memory = new PipelineMemory()
  const packets$ = new Subject<Packet>()
  const parts = monitorParts(config, model, {
    isAccepted: () => true,
    state: memory,
    onLatency: (record) => memory.touch(stationIdOf(record.sourceId)),
    onCounters() {},
    onProblem() {},
  })
  const recorder = new Recorder({
    store,
    clock: SYSTEM_CLOCK,
    gridRate: model.card.sampleRate,
    checkpoint: NO_CHECKPOINT,
    latencyOf: () => ({}),
    onMessages() {},
    onProblem() {},
    pace: REPLAY_PACE,
  })
  recorder.record(monitor(packets$, parts))
  const begin = performance.now()
  const residentMegabytes: number[] = []
  const total = packetCount(stations, hours)
  let count = 0
  for (const packet of endlessPackets(stations, hours)) {
    packets$.next(packet)
    recorder.settle()
    if (++count % Math.ceil(total / 10) === 0) residentMegabytes.push(Math.round(process.memoryUsage.rss() / 1e6))
  }
  recorder.commit()
  const seconds = (performance.now() - begin) / 1000
  const stateBytes = serialize(memory.save()).length
  const detections = store.detectionCount
  store.close()
  rmSync(folder, { recursive: true, force: true })
  return {
    stations,
    hours,
    residentMegabytes,
    stateKilobytesPerStation: stateBytes / 1000 / stations,
    timesRealTime: (stations * hours * 3600) / seconds,
    detections,
  }
}

/** One station tells how many packets there will be for all. */
function packetCount(stations: number, hours: number): number {
  let count = 0
  for (const _packet of endlessPackets(1, 1 / 6)) count++
  return count * stations * Math.round(hours * 6)
}
