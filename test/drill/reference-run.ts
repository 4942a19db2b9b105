import { Subject } from 'rxjs'
import type { ChannelAccount } from '../../src/app/channel-ledger.ts'
import { loadModel } from '../../src/app/load-model.ts'
import { monitor } from '../../src/app/monitor.ts'
import { monitorParts } from '../../src/app/monitor-parts.ts'
import { PipelineMemory } from '../../src/app/pipeline-state.ts'
import { REPLAY_PACE, Recorder } from '../../src/app/recorder.ts'
import { SYSTEM_CLOCK } from '../../src/app/system-clock.ts'
import { TraceLedger } from '../../src/app/trace-ledger.ts'
import type { Config } from '../../src/contract/config.ts'
import type { Packet } from '../../src/domain/packet.ts'
import { instrumentIdOf, type SourceId, stationIdOf } from '../../src/domain/source-id.ts'
import type { TracePiece } from '../../src/domain/trace.ts'
import { openStore } from '../../src/io/store/store.ts'
import { headerTime } from '../../src/seedlink/record-header.ts'
import type { DeliveredRecords } from './delivered-records.ts'
import type { Delivery } from './truth-file.ts'

export interface ReferenceRunOptions {
  readonly config: Config
  /** In the order in which they went out. */
  readonly deliveries: readonly Delivery[]
  readonly records: DeliveredRecords
  /** File to store into. */
  readonly database: string
  /** What the merger of each channel passes on. */
  readonly onTrace: (piece: TracePiece) => void
}

/**
 * What should have come of a drill: everything that left the server goes through the pipeline once, in the order in which it left,
 * without a socket, a queue, a checkpoint or a kill. `replay` does the same in data-time order.
 */
export async function referenceRun(options: ReferenceRunOptions): Promise<ChannelAccount[]> {
  const { config, deliveries, records, onTrace } = options
  const model = await loadModel(config.model, config.engine)
  const { keepScoresDays, maximumMegabytes } = config.store
  const store = openStore(options.database, {
    clock: SYSTEM_CLOCK,
    keepScoresDays,
    maximumMegabytes,
    strideSeconds: config.window.strideSeconds,
    onProblem() {},
  })
  const accepted = new Set(config.servers.flatMap(({ stations }) => stations))
  const memory = new PipelineMemory()
  const ledger = new TraceLedger(memory)
  const recorder = new Recorder({
    store,
    clock: SYSTEM_CLOCK,
    gridRate: model.card.sampleRate,
    checkpoint: { take: () => ({ gaps: ledger.news }), isUrgent: () => false, done: () => ledger.forgetNews() },
    latencyOf: () => ({}),
    onMessages() {},
    onProblem: ({ code, message }) => {
      if (code === 'STORE') throw new Error(message)
    },
    pace: REPLAY_PACE,
  })
  let current: { readonly bytes: Uint8Array; isDecoded: boolean } | undefined
  const packets$ = new Subject<Packet>()
  const parts = monitorParts(config, model, {
    isAccepted: (sourceId) => accepted.has(instrumentIdOf(sourceId)),
    isWanted: () => {
      if (current) current.isDecoded = true
      return true
    },
    state: memory,
    onLatency() {},
    onCounters() {},
    onTrace: (piece) => {
      ledger.onTrace(piece)
      onTrace(piece)
    },
    onRejected: (sourceId, record, code) => ledger.onRejected(sourceId, record, code),
    onProblem: ({ sourceId, code }) => {
      if (current === undefined || current.isDecoded || sourceId === undefined) return
      if (!accepted.has(instrumentIdOf(sourceId as SourceId))) return
      ledger.onLossNear(sourceId as SourceId, `rejected:${code}`, headerTime(current.bytes))
    },
  })
  recorder.record(monitor(packets$, parts))
  for (const delivery of deliveries) {
    if (delivery.fate === 'withheld') continue
    const bytes = records.bytesOf(delivery)
    current = { bytes, isDecoded: false }
    const stationId = stationIdOf(delivery.sourceId as SourceId)
    packets$.next({ bytes, origin: 'drill', stationId, sequence: BigInt(delivery.sequence) })
    recorder.settle()
  }
  current = undefined
  packets$.complete()
  recorder.commit()
  recorder.stop()
  store.close()
  return ledger.accounts()
}
