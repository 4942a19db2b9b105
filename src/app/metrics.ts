import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import type { HookStatus } from '../contract/alert.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import type { ServerStatus, StationStatus } from '../contract/health.ts'
import type { Latency } from '../domain/detection.ts'
import type { Packet } from '../domain/packet.ts'
import type { Problem } from '../domain/problem.ts'
import type { StoreStatus } from '../io/store/store.ts'

const PREFIX = 'quakewire_'

/** What the monitor knows elsewhere, at the moment somebody asks. */
export interface MetricsSnapshot {
  readonly stations: readonly StationStatus[]
  readonly servers: readonly ServerStatus[]
  readonly store: StoreStatus
  readonly feedClients: number
  /** Packets that wait for the pipeline. */
  readonly queue?: { readonly packets: number; readonly bytes: number; readonly dropped: number }
  readonly hooks?: readonly HookStatus[]
  /** Stored gaps by cause. */
  readonly gapCauses?: Readonly<Record<string, number>>
}

/**
 * Everything the monitor counts, for `/metrics`. On the hot path it only adds to numbers; they reach the registry of prom-client when
 * somebody asks.
 */
export class MonitorMetrics {
  readonly #registry = new Registry()
  readonly #problems = new Map<string, number>()
  readonly #latencies = new Map<string, Latency>()
  readonly #detections = { open: 0, closed: 0 }
  /** By state, when they are told for the first time or the last. */
  readonly #events = { open: 0, closed: 0, vetoed: 0 }
  readonly #commits = { ok: 0, failed: 0 }
  #packets = 0
  #bytes = 0
  #records = 0
  #windows = 0
  #snapshot: MetricsSnapshot = { stations: [], servers: [], store: { state: 'ok', bytes: 0 }, feedClients: 0 }

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: PREFIX })
    this.#addFlow()
    this.#addStations()
    this.#addSurroundings()
    this.#addHooks()
  }

  packet({ bytes }: Packet): void {
    this.#packets++
    this.#bytes += bytes.length
  }

  /** A miniSEED record with samples was decoded. */
  record(): void {
    this.#records++
  }

  /** A window was scored. */
  window(): void {
    this.#windows++
  }

  get packets(): number {
    return this.#packets
  }

  get windows(): number {
    return this.#windows
  }

  problem({ code }: Problem): void {
    this.#problems.set(code, (this.#problems.get(code) ?? 0) + 1)
  }

  detection({ state, station, latency }: DetectionWire): void {
    this.#detections[state]++
    this.#latencies.set(station, latency)
  }

  event({ state, revision }: EventWire): void {
    if (state !== 'open' || revision === 1) this.#events[state]++
  }

  /** A transaction of the store. */
  commit(isDone: boolean): void {
    this.#commits[isDone ? 'ok' : 'failed']++
  }

  /** In the text format of Prometheus. */
  async text(snapshot: MetricsSnapshot): Promise<{ contentType: string; text: string }> {
    this.#snapshot = snapshot
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #addFlow(): void {
    this.#counter('packets_total', 'SeedLink packets or archive records received', [], (add) => add({}, this.#packets))
    this.#counter('bytes_total', 'Bytes of the packets received', [], (add) => add({}, this.#bytes))
    this.#counter('records_total', 'miniSEED records decoded', [], (add) => add({}, this.#records))
    this.#counter('windows_total', 'Windows scored', [], (add) => add({}, this.#windows))
    this.#counter('detections_total', 'Detections published', ['state'], (add) => {
      for (const [state, count] of Object.entries(this.#detections)) add({ state }, count)
    })
    this.#counter('events_total', 'Network events published', ['state'], (add) => {
      for (const [state, count] of Object.entries(this.#events)) add({ state }, count)
    })
    this.#counter('problems_total', 'Bad data and other troubles that were survived', ['code'], (add) => {
      for (const [code, count] of this.#problems) add({ code }, count)
    })
    this.#gauge('detection_latency_seconds', 'Last sample to publication, newest detection', ['station'], (set) => {
      for (const [station, latency] of this.#latencies) {
        if (latency.packetSeconds !== undefined) set({ station }, latency.packetSeconds + (latency.processingSeconds ?? 0))
      }
    })
  }

  #addStations(): void {
    this.#gauge('packet_latency_seconds', 'Arrival of the newest packet minus its last sample', ['instrument'], (set) => {
      for (const { instrument, latencySeconds } of this.#snapshot.stations)
        if (latencySeconds !== null) set({ instrument }, latencySeconds)
    })
    this.#counter('gaps_total', 'Gaps in the traces', ['instrument'], (add) => {
      for (const { instrument, gaps } of this.#snapshot.stations) add({ instrument }, gaps)
    })
    this.#counter('overlaps_total', 'Overlapping or repeated stretches that were dropped', ['instrument'], (add) => {
      for (const { instrument, overlaps } of this.#snapshot.stations) add({ instrument }, overlaps)
    })
    this.#gauge('gaps', 'Stored gaps by cause', ['cause'], (set) => {
      for (const [cause, count] of Object.entries(this.#snapshot.gapCauses ?? {})) set({ cause }, count)
    })
    this.#counter('redundant_total', 'Records that another server had brought already', ['instrument', 'server'], (add) => {
      for (const { instrument, servers = [] } of this.#snapshot.stations)
        for (const { url, redundant } of servers) add({ instrument, server: url }, redundant)
    })
    this.#gauge('leads', '1 for the server that brings the data first', ['instrument', 'server'], (set) => {
      for (const { instrument, servers = [] } of this.#snapshot.stations)
        for (const { url, leadsSince } of servers) set({ instrument, server: url }, leadsSince === null ? 0 : 1)
    })
    this.#counter('reordered_total', 'Records that came after later ones and found their place', ['instrument'], (add) => {
      for (const { instrument, reordered = 0 } of this.#snapshot.stations) add({ instrument }, reordered)
    })
    this.#counter('late_total', 'Records that came after their gap had been given up', ['instrument'], (add) => {
      for (const { instrument, late = 0 } of this.#snapshot.stations) add({ instrument }, late)
    })
    this.#counter('dropped_total', 'Packets lost by a full queue', ['instrument'], (add) => {
      for (const { instrument, dropped = 0 } of this.#snapshot.stations) add({ instrument }, dropped)
    })
    this.#gauge('last_sample_timestamp_seconds', 'Time of the newest sample', ['instrument'], (set) => {
      for (const { instrument, lastSampleTime } of this.#snapshot.stations)
        if (lastSampleTime !== null) set({ instrument }, Date.parse(lastSampleTime) / 1000)
    })
    this.#gauge('last_packet_timestamp_seconds', 'Arrival of the newest packet', ['instrument'], (set) => {
      for (const { instrument, lastPacketTime = null } of this.#snapshot.stations)
        if (lastPacketTime !== null) set({ instrument }, Date.parse(lastPacketTime) / 1000)
    })
    this.#gauge('station_state', '1 for the state an instrument is in', ['instrument', 'state'], (set) => {
      for (const { instrument, state } of this.#snapshot.stations) set({ instrument, state }, 1)
    })
    this.#gauge('instruments', 'Instruments by state', ['state'], (set) => {
      const counts = new Map<string, number>()
      for (const { state } of this.#snapshot.stations) counts.set(state, (counts.get(state) ?? 0) + 1)
      for (const [state, count] of counts) set({ state }, count)
    })
  }

  #addSurroundings(): void {
    this.#gauge('server_connected', '1 while connected', ['server'], (set) => {
      for (const { url, state } of this.#snapshot.servers) set({ server: url }, state === 'connected' ? 1 : 0)
    })
    this.#counter('reconnects_total', 'Connections made again', ['server'], (add) => {
      for (const { url, reconnects } of this.#snapshot.servers) add({ server: url }, reconnects)
    })
    this.#counter('store_commits_total', 'Transactions of the store', ['result'], (add) => {
      for (const [result, count] of Object.entries(this.#commits)) add({ result }, count)
    })
    this.#gauge('store_degraded', '1 while the store cannot be written', [], (set) =>
      set({}, this.#snapshot.store.state === 'degraded' ? 1 : 0),
    )
    this.#gauge('store_bytes', 'Bytes in use inside the store', [], (set) => set({}, this.#snapshot.store.bytes))
    this.#gauge('feed_clients', 'Clients of the feed', [], (set) => set({}, this.#snapshot.feedClients))
    this.#gauge('queue_packets', 'Packets that wait for the pipeline', [], (set) => set({}, this.#snapshot.queue?.packets ?? 0))
    this.#gauge('queue_bytes', 'Bytes of the packets that wait', ['server'], (set) => {
      for (const { url, queue } of this.#snapshot.servers) if (queue) set({ server: url }, queue.bytes)
    })
    this.#gauge('queue_limit_bytes', 'Bytes that may wait', ['server'], (set) => {
      for (const { url, queue } of this.#snapshot.servers) if (queue) set({ server: url }, queue.limitBytes)
    })
    this.#counter('queue_dropped_total', 'Packets lost by a full queue', ['server'], (add) => {
      for (const { url, queue } of this.#snapshot.servers) if (queue) add({ server: url }, queue.dropped)
    })
    this.#counter('backlog_fetches_total', 'Skipped backlogs asked for by time', ['server'], (add) => {
      for (const { url, backlog } of this.#snapshot.servers) if (backlog) add({ server: url }, backlog.fetches)
    })
  }

  #addHooks(): void {
    const each = (read: (status: HookStatus) => number) => (put: (labels: Record<string, string>, value: number) => void) => {
      for (const status of this.#snapshot.hooks ?? []) put({ hook: status.hook }, read(status))
    }
    const labels = ['hook']
    this.#gauge(
      'alerts_pending',
      'Alerts that wait for a hook',
      labels,
      each(({ pending }) => pending),
    )
    this.#gauge(
      'alerts_oldest_seconds',
      'Age of the oldest alert that is due',
      labels,
      each(({ oldestSeconds }) => oldestSeconds ?? 0),
    )
    this.#gauge(
      'alerts_dead',
      'Alerts that were given up',
      labels,
      each(({ dead }) => dead),
    )
    this.#gauge(
      'hook_paused',
      '1 while a hook is left alone',
      labels,
      each(({ state }) => (state === 'paused' ? 1 : 0)),
    )
    this.#counter(
      'alerts_delivered_total',
      'Alerts delivered',
      labels,
      each(({ delivered }) => delivered),
    )
    this.#counter(
      'alert_failures_total',
      'Attempts that failed',
      labels,
      each(({ failures }) => failures),
    )
  }

  #counter(name: string, help: string, labelNames: string[], fill: Fill): void {
    const collect = refilled<Counter>((counter) => fill((labels, value) => counter.inc(labels, value)))
    new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry], collect })
  }

  #gauge(name: string, help: string, labelNames: string[], fill: Fill): void {
    const collect = refilled<Gauge>((gauge) => fill((labels, value) => gauge.set(labels, value)))
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry], collect })
  }
}

type Fill = (put: (labels: Record<string, string>, value: number) => void) => void

/** prom-client calls `collect` with the metric as `this` before it prints. */
function refilled<M extends Metric & { reset(): void }>(fill: (metric: M) => void): (this: M) => void {
  return function () {
    this.reset()
    fill(this)
  }
}
