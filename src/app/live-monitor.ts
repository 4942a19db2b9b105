import { Subject } from 'rxjs'
import { type Config, coordinatesOf, triggerOf } from '../contract/config.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { Latency } from '../domain/detection.ts'
import type { Packet } from '../domain/packet.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, rememberingInstrumentIds, type StationId, stationIdOf } from '../domain/source-id.ts'
import type { Position } from '../io/seedlink/index.ts'
import type { StoredDetection } from '../io/store/detection-table.ts'
import type { Store } from '../io/store/store.ts'
import type { LoadedModel } from './load-model.ts'
import { type MonitorStreams, monitor } from './monitor.ts'
import { monitorParts } from './monitor-parts.ts'
import { PipelineMemory, type StationState } from './pipeline-state.ts'
import { LIVE_PACE, Recorder } from './recorder.ts'
import { ServerLinks } from './server-links.ts'
import { StationBoard } from './station-board.ts'

export interface LiveMonitorOptions {
  readonly config: Config
  readonly model: LoadedModel
  readonly store: Store
  readonly clock: Clock
  /** What was stored and is now public. */
  readonly onMessages: (messages: readonly DetectionWire[]) => void
  /** What the store refuses is announced all the same. */
  readonly onUnstored: (detections: readonly StoredDetection[]) => void
  /** Subscribes feed and metrics when a pipeline begins: at the start, and when data go on after a server's end of data. */
  readonly onStreams: (streams: MonitorStreams) => void
  readonly onPacket: (packet: Packet) => void
  /** A transaction of the store was done or has failed. */
  readonly onCommit: (isDone: boolean) => void
  /** A server or a station is in another state. */
  readonly onState: () => void
  readonly onProblem: OnProblem
}

/** Without packets nothing settles by itself. */
const SETTLE_MILLIS = 5000

/**
 * SeedLink servers → pipeline → store. A restart goes on with exactly the next packet: detections, scores, the state of the
 * pipeline and the servers' sequence numbers are stored in one transaction.
 */
export class LiveMonitor {
  readonly board: StationBoard
  readonly links: ServerLinks
  readonly recorder: Recorder
  readonly #options: LiveMonitorOptions
  readonly #memory: PipelineMemory
  readonly #accepted: ReadonlySet<InstrumentId>
  readonly #instrumentOf = rememberingInstrumentIds()
  #packets$: Subject<Packet> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: LiveMonitorOptions) {
    const { config, model, store, clock, onProblem } = options
    this.#options = options
    this.#memory = new PipelineMemory(store.checkpoints() as Map<StationId, StationState>)
    this.#accepted = new Set(config.servers.flatMap(({ stations }) => stations))
    this.board = new StationBoard({
      clock,
      thresholds: (instrument) => triggerOf(config, instrument),
      coordinates: (instrument) => coordinatesOf(config, instrument),
    })
    for (const { url, stations } of config.servers) for (const each of stations) this.board.expect(each, url.url)
    this.links = new ServerLinks({
      servers: config.servers,
      resume: store.positions() as Map<string, Map<StationId, Position>>,
      clock,
      onPacket: (packet) => this.#onPacket(packet),
      onAllEnded: () => this.#endData(),
      onRejected: (instrument, reason) => this.board.reject(instrument, reason),
      onState: options.onState,
      onProblem,
    })
    this.recorder = new Recorder({
      store,
      clock,
      gridRate: model.card.sampleRate,
      checkpoint: {
        take: () => ({ checkpoints: this.#memory.save(), positions: this.links.positions() }),
        isUrgent: () => this.#memory.hasNewStation,
        done: () => this.#memory.forgetChanges(),
      },
      latencyOf: (instrument) => this.#latencyOf(instrument),
      onMessages: options.onMessages,
      onUnstored: options.onUnstored,
      onCommit: options.onCommit,
      onProblem,
      pace: LIVE_PACE,
    })
  }

  start(): void {
    this.#timer = setInterval(() => this.recorder.settle(), SETTLE_MILLIS)
    this.links.start()
  }

  /** Closes the connections and stores how far everything has come; nothing is flushed, so that a restart goes on. */
  stop(): void {
    clearInterval(this.#timer)
    this.links.close()
    this.recorder.commit()
    this.recorder.stop()
  }

  #onPacket(packet: Packet): void {
    this.#packets$ ??= this.#beginData()
    this.#options.onPacket(packet)
    this.#packets$.next(packet)
    this.recorder.settle()
  }

  #beginData(): Subject<Packet> {
    const { config, model, onProblem, onStreams } = this.#options
    const packets$ = new Subject<Packet>()
    const parts = monitorParts(config, model, {
      isAccepted: (sourceId) => this.#accepted.has(this.#instrumentOf(sourceId)),
      state: this.#memory,
      onLatency: (record, endTime, latencySeconds) => {
        this.board.onRecord(record, endTime, latencySeconds)
        this.#memory.touch(stationIdOf(record.sourceId))
      },
      onCounters: (sourceId, counters) => this.board.onCounters(sourceId, counters),
      onProblem,
    })
    const streams = monitor(packets$, parts)
    this.recorder.record(streams)
    streams.frames$.subscribe((piece) => {
      if (piece.kind === 'gap') this.board.onGap(piece.instrument)
    })
    onStreams(streams)
    return packets$
  }

  /** All servers say that nothing more will come: what is held back comes out, open detections close, as at the end of a replay. */
  #endData(): void {
    if (!this.#packets$) return
    this.#memory.touchAll()
    this.#packets$.complete()
    this.#packets$ = undefined
    this.recorder.commit()
  }

  #latencyOf(instrument: InstrumentId): Latency {
    const packetSeconds = this.board.latencySeconds(instrument)
    const arrival = this.board.lastArrival(instrument)
    return {
      ...(packetSeconds === undefined ? {} : { packetSeconds: rounded(packetSeconds) }),
      ...(arrival === undefined ? {} : { processingSeconds: rounded((this.#options.clock.now() - arrival) / 1e6) }),
    }
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
