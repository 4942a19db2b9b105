import { Subject } from 'rxjs'
import { type Config, componentPolicyOf, coordinatesOf, type ServerConfig, triggerOf } from '../contract/config.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import type { Latency } from '../domain/detection.ts'
import type { Packet } from '../domain/packet.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem, Problem } from '../domain/problem.ts'
import { type InstrumentId, rememberingInstrumentIds, type SourceId, type StationId, stationIdOf } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import type { Position } from '../io/seedlink/index.ts'
import type { StoredDetection } from '../io/store/detection-table.ts'
import type { Store } from '../io/store/store.ts'
import { headerKey, headerTime, sourceIdOfKey } from '../seedlink/record-header.ts'
import { BacklogRecovery } from './backlog-recovery.ts'
import { fetchSpan } from './fetch-span.ts'
import { ClockWatch } from './health/clock-watch.ts'
import type { LoadedModel } from './load-model.ts'
import { type MonitorStreams, monitor } from './monitor.ts'
import { monitorParts } from './monitor-parts.ts'
import { type CurrentPacket, stepsOf } from './packet-progress.ts'
import { PipelineMemory, type StationState } from './pipeline-state.ts'
import { LIVE_PACE, Recorder } from './recorder.ts'
import { ServerLinks } from './server-links.ts'
import { type StateTransition, StationBoard } from './station-board.ts'
import { TraceLedger } from './trace-ledger.ts'
import { WaveformCollector } from './waveform-collector.ts'

export interface LiveMonitorOptions {
  readonly config: Config
  readonly model: LoadedModel
  readonly store: Store
  readonly clock: Clock
  /** What was stored and is now public. */
  readonly onMessages: (messages: readonly DetectionWire[]) => void
  /** Each of them before, with the times for its journey to the screens. */
  readonly onStored: (message: DetectionWire, handed: Micros, stored: Micros) => void
  readonly onEvents: (events: readonly EventWire[]) => void
  /** What the store refuses is announced all the same. */
  readonly onUnstored: (detections: readonly StoredDetection[]) => void
  /** Subscribes feed and metrics when a pipeline begins: at the start, and when data go on after a server's end of data. */
  readonly onStreams: (streams: MonitorStreams) => void
  readonly onPacket: (packet: Packet) => void
  /** A transaction of the store was done or has failed. */
  readonly onCommit: (isDone: boolean) => void
  /** A server or a station is in another state. */
  readonly onState: () => void
  readonly onTransition: (transition: StateTransition) => void
  readonly onProblem: OnProblem
}

/** Without packets nothing settles by itself. */
const SETTLE_MILLIS = 5000
/** So long after it happened, silence is seen. */
const LOOK_MILLIS = 1000

/**
 * SeedLink servers → pipeline → store. A restart goes on with exactly the next packet: detections, scores, the state of the
 * pipeline and the servers' sequence numbers are stored in one transaction.
 */
export class LiveMonitor {
  readonly board: StationBoard
  readonly ledger: TraceLedger
  readonly links: ServerLinks
  readonly recorder: Recorder
  readonly #options: LiveMonitorOptions
  readonly #memory: PipelineMemory
  readonly #accepted: ReadonlySet<InstrumentId>
  readonly #instrumentOf = rememberingInstrumentIds()
  readonly #clocks: ClockWatch
  /** By server. */
  readonly #backlogs: ReadonlyMap<string, BacklogRecovery>
  #current: CurrentPacket | undefined
  #packets$: Subject<Packet> | undefined
  #timer: NodeJS.Timeout | undefined
  #lookTimer: NodeJS.Timeout | undefined

  constructor(options: LiveMonitorOptions) {
    const { config, model, store, clock, onProblem } = options
    this.#options = options
    this.#clocks = new ClockWatch(config.liveness.aheadSeconds, onProblem)
    this.#memory = new PipelineMemory(store.checkpoints() as Map<StationId, StationState>)
    this.#accepted = new Set(config.servers.flatMap(({ stations }) => stations))
    this.ledger = new TraceLedger(this.#memory, this.#memory.saved('ledger'))
    this.board = new StationBoard({
      clock,
      liveness: config.liveness,
      linkOf: (origin) => this.links.healthOf(origin),
      leastRate: model.card.sampleRate,
      ...(model.second && { second: { name: model.second.card.name, sampleRate: model.second.card.sampleRate } }),
      thresholds: (instrument) => triggerOf(config, instrument),
      coordinates: (instrument) => coordinatesOf(config, instrument),
      needsAllComponents: (instrument) => componentPolicyOf(config, instrument) !== 'zero-fill',
    })
    for (const { url, stations } of config.servers) for (const each of stations) this.board.expect(each, url.url)
    this.#backlogs = new Map(config.servers.map((server) => [server.url.url, this.#backlogOf(server)]))
    this.links = new ServerLinks({
      servers: config.servers,
      queue: config.queue,
      resume: store.positions() as Map<string, Map<StationId, Position>>,
      clock,
      onPacket: (packet) => this.#onPacket(packet),
      onSettled: () => this.recorder.settle(),
      onDropped: (packet) => this.#onDropped(packet),
      onReconnected: (origin) => this.#backlogs.get(origin)?.beginConnection(),
      isKeeping: (origin) => (this.#backlogs.get(origin)?.stations.length ?? 0) > 0,
      onAllEnded: () => this.#endData(),
      onRejected: (instrument, origin, reason) => this.board.reject(instrument, origin, reason),
      onUnheard: (instrument, origin, reason) => this.board.onUnheard(instrument, origin, reason),
      onState: options.onState,
      onProblem,
    })
    this.recorder = new Recorder({
      store,
      clock,
      gridRate: model.card.sampleRate,
      checkpoint: {
        take: () => ({ checkpoints: this.#memory.save(), positions: this.links.positions(), gaps: this.ledger.news }),
        isUrgent: () => this.#memory.hasNewStation,
        done: () => {
          this.#memory.forgetChanges()
          this.ledger.forgetNews()
        },
      },
      waveforms: config.store.waveforms.hours > 0 ? new WaveformCollector(model.card.sampleRate) : undefined,
      latencyOf: (instrument) => this.#latencyOf(instrument),
      onMessages: options.onMessages,
      onStored: options.onStored,
      onEvents: options.onEvents,
      onUnstored: options.onUnstored,
      onCommit: options.onCommit,
      onProblem,
      pace: LIVE_PACE,
    })
  }

  start(): void {
    this.#timer = setInterval(() => this.recorder.settle(), SETTLE_MILLIS)
    this.#lookTimer = setInterval(() => this.#look(), LOOK_MILLIS)
    this.links.start()
  }

  /** Closes the connections and stores how far everything has come; nothing is flushed, so that a restart goes on. */
  stop(): void {
    clearInterval(this.#timer)
    clearInterval(this.#lookTimer)
    this.links.close()
    for (const backlog of this.#backlogs.values()) backlog.close()
    this.recorder.commitAll()
    this.recorder.stop()
  }

  /** Packets that wait for a skipped backlog, by server: how often one was fetched, and for which stations one is fetched now. */
  backlogOf(origin: string): { fetches: number; waiting: StationId[] } | undefined {
    const backlog = this.#backlogs.get(origin)
    return backlog && { fetches: backlog.fetches, waiting: [...backlog.stations] }
  }

  /** @returns false when the packet waits for a backlog */
  #onPacket(packet: Packet): boolean {
    this.#packets$ ??= this.#beginData()
    this.#options.onPacket(packet)
    const current = { packet, taken: this.#options.clock.now(), scored: undefined, isDecoded: false, isKept: false }
    this.#current = current
    this.#packets$.next(packet)
    this.#current = undefined
    return !current.isKept
  }

  #look(): void {
    for (const transition of this.board.look()) {
      this.#options.onTransition(transition)
      this.#options.onState()
    }
  }

  #isWanted(record: TraceRecord): boolean {
    const current = this.#current
    if (current === undefined) return true
    current.isDecoded = true
    const { sourceId } = record
    const { origin } = current.packet
    if (this.board.isShared(sourceId)) {
      const verdict = this.ledger.channel(sourceId).compare(record, origin)
      this.board.onShared(sourceId, origin, verdict === 'new')
      if (verdict !== 'new') return false
    }
    current.isKept = this.#backlogs.get(origin)?.takes(record, current.packet) ?? false
    return !current.isKept
  }

  /** A record that cannot be decoded is lost. */
  #onProblem(problem: Problem): void {
    const current = this.#current
    const sourceId = problem.sourceId as SourceId | undefined
    // A damaged header may name any channel: accounts are kept of those that are configured.
    if (current && !current.isDecoded && sourceId !== undefined && this.#accepted.has(this.#instrumentOf(sourceId))) {
      this.ledger.onLossNear(sourceId, `rejected:${problem.code}`, headerTime(current.packet.bytes))
    }
    this.#options.onProblem(problem)
  }

  #onDropped({ bytes, origin }: Packet): void {
    const sourceId = sourceIdOfKey(headerKey(bytes))
    const time = headerTime(bytes)
    if (sourceId === undefined || !this.#accepted.has(this.#instrumentOf(sourceId))) return
    this.board.onDropped(sourceId)
    if (time !== undefined) this.ledger.onLoss(sourceId, 'overflow', time)
    this.#options.onProblem({
      code: 'QUEUE_FULL',
      message: `queue: expected room for a packet of ${sourceId}, got a full queue; it is lost`,
      where: origin,
      sourceId,
    })
  }

  #backlogOf(server: ServerConfig): BacklogRecovery {
    const { config, clock, onProblem, onState } = this.#options
    const origin = server.url.url
    return new BacklogRecovery({
      origin,
      isFetching: config.backlog.fetch,
      maximumSeconds: config.backlog.maximumSeconds,
      maximumBytes: config.backlog.maximumMegabytes * 1e6,
      dueOf: (sourceId) => this.ledger.dueOf(sourceId),
      dueOfSiblings: (sourceId) => this.ledger.dueOfSiblings(sourceId),
      fetchSpan: (request) => fetchSpan(server, request, clock),
      onRecovered: (fetched, held) => {
        this.links.putFirst(origin, fetched, held)
        onState()
      },
      onSkipped: (sourceId, from, to) => this.ledger.onLoss(sourceId, 'skippedByServer', from, to),
      onProblem,
    })
  }

  #beginData(): Subject<Packet> {
    const { config, model, onStreams } = this.#options
    const packets$ = new Subject<Packet>()
    const parts = monitorParts(config, model, {
      isAccepted: (sourceId) => this.#accepted.has(this.#instrumentOf(sourceId)),
      isWanted: (record) => this.#isWanted(record),
      state: this.#memory,
      onLatency: (record, endTime, latencySeconds) => {
        this.board.onRecord(record, endTime, latencySeconds)
        this.#clocks.onRecord(record, latencySeconds)
        this.#memory.touch(stationIdOf(record.sourceId))
      },
      onCounters: (sourceId, counters) => this.board.onCounters(sourceId, counters),
      onTrace: (piece) => this.ledger.onTrace(piece),
      onRejected: (sourceId, record, code) => this.ledger.onRejected(sourceId, record, code),
      onProblem: (problem) => this.#onProblem(problem),
    })
    const streams = monitor(packets$, parts)
    // The first to hear of a score, before trigger and explanation have taken their time.
    streams.scores$.subscribe(() => {
      if (this.#current) this.#current.scored = this.#options.clock.now()
    })
    this.recorder.record(streams)
    streams.frames$.subscribe((piece) => {
      if (piece.kind === 'gap') this.board.onGap(piece.instrument)
    })
    onStreams(streams)
    return packets$
  }

  /** All servers say that nothing more will come: what is held back comes out, open detections close, as at the end of a replay. */
  #endData(): void {
    // Nothing came since a restart: what was open then is to be closed all the same.
    if (this.#memory.hasUnheard) this.#packets$ ??= this.#beginData()
    if (!this.#packets$) return
    this.#packets$.complete()
    this.#packets$ = undefined
    this.#memory.touchAll()
    this.recorder.commitAll()
  }

  #latencyOf(instrument: InstrumentId): Latency {
    const packetSeconds = this.board.latencySeconds(instrument)
    const handed = this.#options.clock.now()
    return {
      ...(packetSeconds === undefined ? {} : { packetSeconds: Math.round(packetSeconds * 1e6) / 1e6 }),
      ...(this.#current && stepsOf(this.#current, handed)),
    }
  }
}
