import type { StationStatus } from '../contract/health.ts'
import type { Clock } from '../domain/ports.ts'
import { type InstrumentId, rememberingInstrumentIds, type SourceId, stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros, type Micros } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import type { MergeCounters } from '../signal/trace-merger.ts'

export interface StationBoardOptions {
  readonly clock: Clock
  readonly thresholds: (instrument: InstrumentId) => { on: number; off: number }
  readonly coordinates: (instrument: InstrumentId) => StationStatus['coordinates'] | undefined
}

/** No packet for this long: silent. */
const SILENT_SECONDS = 120
/** Data that arrive this long after their last sample: latent. */
const LATENT_SECONDS = 30
/** A gap in the newest window's length of data time: the instrument has no score. */
const GAP_SECONDS = 25

interface Row {
  readonly instrument: InstrumentId
  server?: string
  rejected?: string
  sampleRate?: number
  latencySeconds: number | null
  lastSampleTime: Micros | null
  lastArrival: Micros | null
  lastGapTime: Micros | null
  gaps: number
  readonly counters: Readonly<MergeCounters>[]
}

/** What is known of each instrument now; reports, decides nothing. */
export class StationBoard {
  readonly #options: StationBoardOptions
  readonly #rows = new Map<InstrumentId, Row>()
  readonly #instrumentOf = rememberingInstrumentIds()
  /** Newest data time over all instruments. */
  newest: Micros | null = null

  constructor(options: StationBoardOptions) {
    this.#options = options
  }

  /** An instrument that is expected, before its first packet. */
  expect(instrument: InstrumentId, server: string): void {
    this.#row(instrument).server = server
  }

  reject(instrument: InstrumentId, reason: string | undefined): void {
    const row = this.#row(instrument)
    if (reason === undefined) delete row.rejected
    else row.rejected = reason
  }

  onRecord(record: TraceRecord, endTime: Micros, latencySeconds: number | undefined): void {
    const row = this.#row(this.#instrumentOf(record.sourceId))
    row.sampleRate = record.sampleRate
    row.latencySeconds = latencySeconds ?? null
    row.lastArrival = this.#options.clock.now()
    if (row.lastSampleTime === null || endTime > row.lastSampleTime) row.lastSampleTime = endTime
    if (this.newest === null || endTime > this.newest) this.newest = endTime
  }

  onCounters(sourceId: SourceId, counters: Readonly<MergeCounters>): void {
    this.#row(this.#instrumentOf(sourceId)).counters.push(counters)
  }

  onGap(instrument: InstrumentId): void {
    const row = this.#row(instrument)
    row.gaps++
    row.lastGapTime = row.lastSampleTime
  }

  latencySeconds(instrument: InstrumentId): number | undefined {
    return this.#rows.get(instrument)?.latencySeconds ?? undefined
  }

  /** When the newest packet of the instrument arrived. */
  lastArrival(instrument: InstrumentId): Micros | undefined {
    return this.#rows.get(instrument)?.lastArrival ?? undefined
  }

  statuses(): StationStatus[] {
    return [...this.#rows.values()].map((row) => this.#statusOf(row))
  }

  #statusOf(row: Row): StationStatus {
    const { instrument, server, sampleRate, latencySeconds, lastSampleTime, gaps, counters } = row
    const coordinates = this.#options.coordinates(instrument)
    const { state, reason } = this.#stateOf(row)
    return {
      station: stationOfInstrument(instrument),
      instrument,
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(server === undefined ? {} : { server }),
      latencySeconds: latencySeconds === null ? null : Math.round(latencySeconds * 1000) / 1000,
      lastSampleTime: lastSampleTime === null ? null : formatMicros(lastSampleTime),
      ...(sampleRate === undefined ? {} : { sampleRate }),
      gaps,
      overlaps: counters.reduce((sum, each) => sum + each.duplicates + (each.overlapSamples > 0 ? 1 : 0), 0),
      trigger: this.#options.thresholds(instrument),
      ...(coordinates === undefined ? {} : { coordinates }),
    }
  }

  #stateOf(row: Row): { state: StationStatus['state']; reason?: string } {
    if (row.rejected !== undefined) return { state: 'rejected', reason: row.rejected }
    if (row.lastArrival === null) return { state: 'waiting' }
    const silentSeconds = (this.#options.clock.now() - row.lastArrival) / 1e6
    if (silentSeconds > SILENT_SECONDS) return { state: 'silent', reason: `no packet for ${Math.round(silentSeconds)} s` }
    const isInGap =
      row.lastGapTime !== null && row.lastSampleTime !== null && row.lastSampleTime - row.lastGapTime < GAP_SECONDS * 1e6
    if (isInGap) return { state: 'gap', reason: 'a gap in the last window' }
    if ((row.latencySeconds ?? 0) > LATENT_SECONDS) {
      return { state: 'latent', reason: `data come ${Math.round(row.latencySeconds ?? 0)} s late` }
    }
    return { state: 'ok' }
  }

  #row(instrument: InstrumentId): Row {
    const known = this.#rows.get(instrument)
    if (known) return known
    const row: Row = {
      instrument,
      latencySeconds: null,
      lastSampleTime: null,
      lastArrival: null,
      lastGapTime: null,
      gaps: 0,
      counters: [],
    }
    this.#rows.set(instrument, row)
    return row
  }
}
