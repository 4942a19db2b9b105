import type { StationStatus } from '../contract/health.ts'
import type { Clock } from '../domain/ports.ts'
import {
  type InstrumentId,
  rememberingInstrumentIds,
  type SourceId,
  stationOfInstrument,
  subsourceOf,
} from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import { COMPONENTS } from '../domain/window.ts'
import { componentOf } from '../signal/component-assembler.ts'
import type { MergeCounters } from '../signal/merge-counters.ts'
import { RATE_TOLERANCE } from '../signal/sample-rate.ts'
import { describeSeconds } from './health/clock-watch.ts'
import { ServerShares } from './server-shares.ts'

export interface StationBoardOptions {
  readonly clock: Clock
  readonly liveness: {
    /** Nothing for this long: silent. */
    readonly silentSeconds: number
    /** Data that arrive this long after their last sample: latent. */
    readonly latentSeconds: number
    /** Data that lie this far in the future when they arrive: a clock is wrong. */
    readonly aheadSeconds: number
  }
  /** Hz of the model: slower data are not scored. */
  readonly leastRate: number
  /** Asked for a second opinion about instruments that have its rate, Hz. */
  readonly second?: { readonly name: string; readonly sampleRate: number }
  readonly thresholds: (instrument: InstrumentId) => { on: number; off: number }
  readonly coordinates: (instrument: InstrumentId) => StationStatus['coordinates'] | undefined
  /** Whether it is not scored without one of its components; default: so. */
  readonly needsAllComponents?: (instrument: InstrumentId) => boolean
  /** Whether a server can be expected to send; undefined: nothing is known of it. */
  readonly linkOf?: (server: string) => { readonly isAlive: boolean; readonly reason?: string } | undefined
}

/** A gap in the newest window's length of data time: the instrument has no score. */
const GAP_SECONDS = 25
/** No link delays as much. */
const OLD_SECONDS = 3600
/** A channel may be silent for so many of its own records. */
const SILENT_RECORDS = 3

type State = Pick<StationStatus, 'state' | 'reason' | 'isUnheard'>

interface Channel {
  lastArrival: Micros
  /** Of the longest of its latest records. */
  recordMicros: number
}

interface Row {
  readonly instrument: InstrumentId
  readonly servers: ServerShares
  readonly channels: Map<SourceId, Channel>
  sampleRate?: number
  timingQuality?: number
  latencySeconds: number | null
  lastSampleTime: Micros | null
  firstArrival: Micros | null
  lastArrival: Micros | null
  lastGapTime: Micros | null
  gaps: number
  dropped: number
  readonly counters: Readonly<MergeCounters>[]
  state: StationStatus['state']
  since: Micros
}

export interface StateTransition {
  readonly instrument: InstrumentId
  readonly from: StationStatus['state']
  readonly to: StationStatus['state']
  readonly reason?: string
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

  /** An instrument that is expected from a server, before its first packet. */
  expect(instrument: InstrumentId, server: string): void {
    this.#row(instrument).servers.add(server)
  }

  /** More than one server has it. */
  isShared(sourceId: SourceId): boolean {
    return (this.#rows.get(this.#instrumentOf(sourceId))?.servers.count ?? 0) > 1
  }

  reject(instrument: InstrumentId, server: string, reason: string | undefined): void {
    this.#row(instrument).servers.reject(server, reason)
  }

  /** A server that takes an instrument sends nothing of it, for a reason or (undefined) no longer so. */
  onUnheard(instrument: InstrumentId, server: string, reason: string | undefined): void {
    this.#row(instrument).servers.unheard(server, reason)
  }

  /** A packet of a shared instrument; `isNew` when nobody had brought its data before. */
  onShared(sourceId: SourceId, server: string, isNew: boolean): void {
    this.#row(this.#instrumentOf(sourceId)).servers.onRecord(server, isNew, this.#options.clock.now())
  }

  onDropped(sourceId: SourceId): void {
    this.#row(this.#instrumentOf(sourceId)).dropped++
  }

  onRecord(record: TraceRecord, endTime: Micros, latencySeconds: number | undefined): void {
    const row = this.#row(this.#instrumentOf(record.sourceId))
    const now = this.#options.clock.now()
    row.sampleRate = record.sampleRate
    if (record.timingQuality !== undefined) row.timingQuality = record.timingQuality
    row.latencySeconds = latencySeconds ?? null
    row.firstArrival ??= now
    row.lastArrival = now
    if (row.lastSampleTime === null || endTime > row.lastSampleTime) row.lastSampleTime = endTime
    if (this.newest === null || endTime > this.newest) this.newest = endTime
    const recordMicros = (record.samples.length / record.sampleRate) * MICROS_PER_SECOND
    const channel = row.channels.get(record.sourceId)
    if (channel === undefined) row.channels.set(record.sourceId, { lastArrival: now, recordMicros })
    else {
      channel.lastArrival = now
      // Long records are remembered for a while: flushed short ones come in between.
      channel.recordMicros = Math.max(recordMicros, channel.recordMicros * 0.95)
    }
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

  /** Looks at all states. Call it every second or so. @returns those that are not what they were at the last look */
  look(): StateTransition[] {
    const transitions: StateTransition[] = []
    for (const row of this.#rows.values()) {
      const { state, reason } = this.#stateOf(row)
      if (state === row.state) continue
      const { instrument, state: from } = row
      transitions.push({ instrument, from, to: state, ...(reason === undefined ? {} : { reason }) })
      row.state = state
      row.since = this.#options.clock.now()
    }
    return transitions
  }

  statuses(): StationStatus[] {
    return [...this.#rows.values()].map((row) => this.#statusOf(row))
  }

  #statusOf(row: Row): StationStatus {
    const {
      instrument,
      servers,
      sampleRate,
      timingQuality,
      latencySeconds,
      lastSampleTime,
      lastArrival,
      gaps,
      dropped,
      counters,
    } = row
    const { second } = this.#options
    const coordinates = this.#options.coordinates(instrument)
    const { state, reason, isUnheard } = this.#stateOf(row)
    const server = servers.leader
    const silentChannels = state === 'silent' || state === 'stalled' ? [] : this.#silentChannels(row)
    const sum = (count: (counters: Readonly<MergeCounters>) => number) => counters.reduce((all, each) => all + count(each), 0)
    return {
      station: stationOfInstrument(instrument),
      instrument,
      state,
      since: formatMicros(state === row.state ? row.since : this.#options.clock.now()),
      ...(reason === undefined ? {} : { reason }),
      ...(isUnheard === undefined ? {} : { isUnheard }),
      ...(server === undefined ? {} : { server }),
      ...(servers.count > 1 ? { servers: servers.statuses() } : {}),
      ...(silentChannels.length > 0 ? { silentChannels } : {}),
      latencySeconds: latencySeconds === null ? null : Math.round(latencySeconds * 1000) / 1000,
      lastSampleTime: lastSampleTime === null ? null : formatMicros(lastSampleTime),
      lastPacketTime: lastArrival === null ? null : formatMicros(lastArrival),
      ...(sampleRate === undefined ? {} : { sampleRate }),
      ...(second && isSlower(sampleRate, second.sampleRate) ? { unaskedModel: second } : {}),
      ...(timingQuality === undefined ? {} : { timingQuality }),
      gaps,
      // Several servers cut their records at different places: that they overlap in part is as it should be.
      overlaps: sum(({ duplicates, overlapSamples }) => duplicates + (overlapSamples > 0 && servers.count < 2 ? 1 : 0)),
      reordered: sum(({ reordered }) => reordered),
      late: sum(({ late }) => late),
      dropped,
      trigger: this.#options.thresholds(instrument),
      ...(coordinates === undefined ? {} : { coordinates }),
    }
  }

  #stateOf(row: Row): State {
    const { servers, sampleRate, lastArrival, lastSampleTime, lastGapTime, latencySeconds } = row
    const rejection = servers.rejection
    if (rejection !== undefined) return { state: 'rejected', reason: rejection }
    const { leastRate } = this.#options
    if (isSlower(sampleRate, leastRate)) {
      return { state: 'rejected', reason: `${sampleRate} Hz is below the model's ${leastRate} Hz: it is not scored` }
    }
    const outage = this.#outageOf(servers)
    if (lastArrival === null) {
      const silence = outage === undefined ? servers.silence : undefined
      return silence === undefined
        ? { state: 'waiting', reason: outage ?? 'never heard' }
        : { state: 'waiting', reason: silence, isUnheard: true }
    }
    const silentFor = this.#options.clock.now() - lastArrival
    if (outage !== undefined && silentFor > this.#silentMicros(row.channels)) return { state: 'stalled', reason: outage }
    if (silentFor > this.#silentMicros(row.channels)) {
      return { state: 'silent', reason: `no packet since ${formatMicros(lastArrival)}` }
    }
    const incompleteness = this.#incompletenessOf(row)
    if (incompleteness !== undefined) return { state: 'gap', reason: incompleteness }
    const isInGap = lastGapTime !== null && lastSampleTime !== null && lastSampleTime - lastGapTime < GAP_SECONDS * 1e6
    if (isInGap) return { state: 'gap', reason: 'a gap in the last window' }
    if ((latencySeconds ?? 0) > this.#options.liveness.latentSeconds) {
      const cause = (latencySeconds ?? 0) > OLD_SECONDS ? ': an old backlog, or the clock of the station is behind' : ''
      return { state: 'latent', reason: `data come ${describeSeconds(latencySeconds ?? 0)} late${cause}` }
    }
    if (latencySeconds !== null && latencySeconds < -this.#options.liveness.aheadSeconds) {
      return { state: 'ok', reason: `data lie ${describeSeconds(-latencySeconds)} ahead of this machine's clock` }
    }
    return { state: 'ok' }
  }

  /** What was heard of an instrument that is not scored because the rest never came. */
  #incompletenessOf({ instrument, channels, firstArrival }: Row): string | undefined {
    const { clock, needsAllComponents } = this.#options
    const heard = new Set([...channels.keys()].map((sourceId) => componentOf(subsourceOf(sourceId))))
    const names = COMPONENTS.filter((_, place) => heard.has(place))
    const isWaiting = clock.now() - (firstArrival ?? clock.now()) <= this.#silentMicros(channels)
    if (names.length === COMPONENTS.length || isWaiting || needsAllComponents?.(instrument) === false) return undefined
    return `expected three components, heard ${names.join(', ') || 'none of Z, N, E'}: it is not scored`
  }

  /** Why none of the servers that have the instrument can send. */
  #outageOf(servers: ServerShares): string | undefined {
    const { linkOf } = this.#options
    const outages = servers.accepting.map((url) => ({ url, link: linkOf?.(url) }))
    if (outages.length === 0 || outages.some(({ link }) => link === undefined || link.isAlive)) return undefined
    return outages.map(({ url, link }) => `${url}: ${link?.reason ?? 'connecting'}`).join('; ')
  }

  #silentChannels({ channels }: Row): { channel: string; since: string }[] {
    const now = this.#options.clock.now()
    const silent = [...channels].filter(([, channel]) => now - channel.lastArrival > this.#silentMicrosOf(channel))
    return silent.map(([channel, { lastArrival }]) => ({ channel, since: formatMicros(lastArrival) }))
  }

  /** The instrument is silent when its most patient channel is. */
  #silentMicros(channels: Row['channels']): number {
    let most = this.#options.liveness.silentSeconds * MICROS_PER_SECOND
    for (const channel of channels.values()) most = Math.max(most, this.#silentMicrosOf(channel))
    return most
  }

  #silentMicrosOf({ recordMicros }: Channel): number {
    return Math.max(this.#options.liveness.silentSeconds * MICROS_PER_SECOND, SILENT_RECORDS * recordMicros)
  }

  #row(instrument: InstrumentId): Row {
    const known = this.#rows.get(instrument)
    if (known) return known
    const row: Row = {
      instrument,
      servers: new ServerShares(),
      channels: new Map(),
      latencySeconds: null,
      lastSampleTime: null,
      firstArrival: null,
      lastArrival: null,
      lastGapTime: null,
      gaps: 0,
      dropped: 0,
      counters: [],
      state: 'waiting',
      since: this.#options.clock.now(),
    }
    this.#rows.set(instrument, row)
    return row
  }
}

/** Too slow for a model, as the resampler sees it; what has not been heard is not. */
function isSlower(sampleRate: number | undefined, least: number): boolean {
  return sampleRate !== undefined && sampleRate < least * (1 - RATE_TOLERANCE)
}
