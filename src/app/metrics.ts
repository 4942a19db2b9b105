import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import type { Latency } from '../domain/detection.ts'
import type { Problem } from '../domain/problem.ts'
import type { StationId } from '../domain/source-id.ts'

const PREFIX = 'quakewire_'

/**
 * Everything the monitor counts, for `/metrics`. The app adds to plain fields on the hot path; they are copied into the registry of
 * prom-client only when somebody asks.
 */
export class MonitorMetrics {
  /** SeedLink packets or archive records. */
  packets = 0
  bytes = 0
  /** miniSEED records with samples. */
  records = 0
  gaps = 0
  overlaps = 0
  /** Windows that were scored. */
  windows = 0
  openedDetections = 0
  closedDetections = 0
  storeCommits = 0
  storeFailures = 0
  storeBytes = 0
  reconnects = 0
  /** Packets that wait for the pipeline. */
  queueLength = 0
  /** Packets dropped because the queue was full. */
  queueDropped = 0
  feedClients = 0

  readonly #problems = new Map<string, number>()
  readonly #latencies = new Map<StationId, Latency>()
  readonly #registry = new Registry()

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: PREFIX })
    const counters: [name: string, help: string, read: () => number][] = [
      ['packets_total', 'SeedLink packets or archive records received', () => this.packets],
      ['bytes_total', 'Bytes of packets received', () => this.bytes],
      ['records_total', 'miniSEED records decoded', () => this.records],
      ['gaps_total', 'Gaps in the traces', () => this.gaps],
      ['overlaps_total', 'Overlapping or repeated stretches dropped', () => this.overlaps],
      ['windows_total', 'Windows scored', () => this.windows],
      ['store_commits_total', 'Transactions of the store', () => this.storeCommits],
      ['store_failures_total', 'Transactions of the store that failed', () => this.storeFailures],
      ['reconnects_total', 'Connections to servers made again', () => this.reconnects],
      ['queue_dropped_total', 'Packets dropped because the queue was full', () => this.queueDropped],
    ]
    const gauges: [name: string, help: string, read: () => number][] = [
      ['store_bytes', 'Bytes in use inside the store', () => this.storeBytes],
      ['queue_packets', 'Packets that wait for the pipeline', () => this.queueLength],
      ['feed_clients', 'Clients of the feed', () => this.feedClients],
    ]
    for (const [name, help, read] of counters) this.#counter(name, help, [], (counter) => counter.inc(read()))
    for (const [name, help, read] of gauges) this.#gauge(name, help, [], (gauge) => gauge.set(read()))
    this.#counter('detections_total', 'Detections published', ['state'], (counter) => {
      counter.inc({ state: 'open' }, this.openedDetections)
      counter.inc({ state: 'closed' }, this.closedDetections)
    })
    this.#counter('problems_total', 'Bad data and other troubles that were survived', ['code'], (counter) => {
      for (const [code, count] of this.#problems) counter.inc({ code }, count)
    })
    this.#gauge('packet_latency_seconds', 'Arrival of the newest packet minus its last sample', ['station'], (gauge) => {
      for (const [station, { packetSeconds }] of this.#latencies)
        if (packetSeconds !== undefined) gauge.set({ station }, packetSeconds)
    })
    this.#gauge('processing_latency_seconds', 'Newest detection published minus arrival of its packet', ['station'], (gauge) => {
      for (const [station, { processingSeconds }] of this.#latencies)
        if (processingSeconds !== undefined) gauge.set({ station }, processingSeconds)
    })
  }

  countProblem({ code }: Problem): void {
    this.#problems.set(code, (this.#problems.get(code) ?? 0) + 1)
  }

  /** Problems by code. */
  get problems(): Record<string, number> {
    return Object.fromEntries(this.#problems)
  }

  /** Keeps what the other kind of latency was. */
  setLatency(station: StationId, latency: Latency): void {
    this.#latencies.set(station, { ...this.#latencies.get(station), ...latency })
  }

  latencyOf(station: StationId): Latency {
    return this.#latencies.get(station) ?? {}
  }

  /** In the text format of Prometheus. */
  async text(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[], fill: (counter: Counter<Label>) => void): void {
    new Counter({ name: PREFIX + name, help, labelNames, registers: [this.#registry], collect: refilled(fill) })
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[], fill: (gauge: Gauge<Label>) => void): void {
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [this.#registry], collect: refilled(fill) })
  }
}

/** prom-client calls `collect` with the metric as `this` before it prints. */
function refilled<M extends Metric & { reset(): void }>(fill: (metric: M) => void): (this: M) => void {
  return function () {
    this.reset()
    fill(this)
  }
}
