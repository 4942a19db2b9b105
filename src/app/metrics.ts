import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import type { DetectionWire } from '../contract/detection.ts'
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
  readonly queueLength?: number
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
    this.#gauge('queue_packets', 'Packets that wait for the pipeline', [], (set) => set({}, this.#snapshot.queueLength ?? 0))
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
