import type { Packet } from '../domain/packet.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type SourceId, type StationId, stationIdOf } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, nanosToMicros } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import { headerKey, headerTime, sourceIdOfKey } from '../seedlink/record-header.ts'

export interface BacklogRecoveryOptions {
  /** The server's URL. */
  readonly origin: string
  readonly isFetching: boolean
  /** After this long the live data go on, with whatever came. */
  readonly maximumSeconds: number
  /** Of packets held back and fetched. */
  readonly maximumBytes: number
  /** When the next sample of a channel is due, and from when on it is wanted; undefined: it was never heard. */
  readonly dueOf: (sourceId: SourceId) => Due | undefined
  /** The same for a channel that was never heard: from the other channels of its instrument. */
  readonly dueOfSiblings: (sourceId: SourceId) => Due | undefined
  /** Asks for a past time span on a second connection. */
  readonly fetchSpan: FetchSpan
  /** What was fetched, then what was held back: both belong before all that comes later. */
  readonly onRecovered: (fetched: readonly Packet[], held: readonly Packet[]) => void
  /** Samples of a channel the server did not give. */
  readonly onSkipped: (sourceId: SourceId, from: Micros, to: Micros) => void
  readonly onProblem: OnProblem
  /** @returns how to cancel it */
  readonly later?: (seconds: number, action: () => void) => () => void
}

export interface Due {
  readonly at: Micros
  readonly from: Micros
}

export interface SpanRequest {
  readonly origin: string
  readonly stations: readonly StationId[]
  readonly start: Micros
  readonly end: Micros
  readonly onPacket: (packet: Packet) => void
  /** Once: the server has given all it has, or why it did not. */
  readonly onDone: (failure?: string) => void
}

/** @returns how to end it before it is done; nothing is called any more then */
export type FetchSpan = (request: SpanRequest) => () => void

/** Channels of one server skip together: so long, the fetch waits for those that have not said so yet. */
const COLLECT_SECONDS = 0.5
/** Asked for beyond the skipped time, so that whole records come; what comes twice is dropped. */
const MARGIN_MICROS = 1_000_000

/** Stations that wait for one fetch. */
interface Batch {
  readonly skipped: Map<StationId, Map<SourceId, { readonly from: Micros; readonly to: Micros }>>
  /** Live packets of these stations, in the order of arrival. */
  readonly held: Packet[]
}

interface Fetch extends Batch {
  readonly fetched: Packet[]
  /** Start of the first record that came of each channel: the server remembers as far back. */
  readonly reaches: Map<SourceId, Micros>
  readonly cancel: () => void
}

/**
 * Some servers go live without a word when they have forgotten the sequence number they are asked for. The first record of a
 * channel on a new connection then begins later than its next sample is due. The station's live packets wait while the missing
 * time is fetched on a second connection, so that the pipeline sees the data in order, as if the link had never been away.
 * Bounded in time and in bytes; live goes on in any case.
 */
export class BacklogRecovery {
  readonly #options: BacklogRecoveryOptions
  readonly #later: NonNullable<BacklogRecoveryOptions['later']>
  /** Channels that have sent on this connection, and their stations. */
  #compared = new Set<SourceId>()
  #heard = new Set<StationId>()
  /** Whose fetch has not begun. */
  #waiting: Batch = { skipped: new Map(), held: [] }
  #fetch: Fetch | undefined
  #bytes = 0
  #cancelCollecting: (() => void) | undefined
  #fetches = 0

  constructor(options: BacklogRecoveryOptions) {
    this.#options = options
    this.#later = options.later ?? afterSeconds
  }

  /** Fetches so far. */
  get fetches(): number {
    return this.#fetches
  }

  /** Stations whose live packets wait. */
  get stations(): readonly StationId[] {
    return [...this.#waiting.skipped.keys(), ...(this.#fetch?.skipped.keys() ?? [])]
  }

  /** From here on the packets come over another connection. */
  beginConnection(): void {
    this.#compared = new Set()
    this.#heard = new Set()
  }

  /** @returns true when the packet is taken and has to wait */
  takes({ sourceId, startTime, sampleRate }: TraceRecord, packet: Packet): boolean {
    const isFirst = !this.#compared.has(sourceId)
    if (!isFirst && this.#waiting.skipped.size === 0 && this.#fetch === undefined) return false
    const station = stationIdOf(sourceId)
    if (isFirst) {
      this.#compared.add(sourceId)
      const due = this.#options.dueOf(sourceId) ?? (this.#heard.has(station) ? undefined : this.#options.dueOfSiblings(sourceId))
      this.#heard.add(station)
      const start = nanosToMicros(startTime)
      if (due !== undefined && start - due.at > (1.5 * MICROS_PER_SECOND) / sampleRate) this.#onSkip(sourceId, due.from, start)
    }
    const batch = this.#batchOf(station)
    if (batch === undefined) return false
    batch.held.push(packet)
    this.#addBytes(packet)
    return true
  }

  /** Nothing is fetched any more; what waits is forgotten, a restart asks for it again. */
  close(): void {
    this.#cancelCollecting?.()
    this.#fetch?.cancel()
    this.#fetch = undefined
    this.#waiting = { skipped: new Map(), held: [] }
  }

  #batchOf(station: StationId): Batch | undefined {
    if (this.#waiting.skipped.has(station)) return this.#waiting
    return this.#fetch?.skipped.has(station) ? this.#fetch : undefined
  }

  #onSkip(sourceId: SourceId, from: Micros, to: Micros): void {
    if (!this.#options.isFetching) {
      this.#options.onSkipped(sourceId, from, to)
      return
    }
    const station = stationIdOf(sourceId)
    const batch = this.#batchOf(station) ?? this.#waiting
    const channels = batch.skipped.get(station) ?? new Map<SourceId, { from: Micros; to: Micros }>()
    batch.skipped.set(station, channels.set(sourceId, { from, to }))
    this.#collect()
  }

  #collect(): void {
    if (this.#fetch || this.#waiting.skipped.size === 0) return
    this.#cancelCollecting ??= this.#later(COLLECT_SECONDS, () => this.#begin())
  }

  #begin(): void {
    this.#cancelCollecting?.()
    this.#cancelCollecting = undefined
    const { skipped, held } = this.#waiting
    this.#waiting = { skipped: new Map(), held: [] }
    const spans = [...skipped.values()].flatMap((channels) => [...channels.values()])
    const { origin, maximumSeconds, fetchSpan } = this.#options
    this.#fetches++
    let cancelFetch = () => {}
    const cancelTimer = this.#later(maximumSeconds, () => this.#finish(`expected its end within ${maximumSeconds} s, got none`))
    const cancel = () => {
      cancelTimer()
      cancelFetch()
    }
    this.#fetch = { skipped, held, fetched: [], reaches: new Map(), cancel }
    cancelFetch = fetchSpan({
      origin,
      stations: [...skipped.keys()],
      start: spans.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY) - MARGIN_MICROS,
      end: spans.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY) + MARGIN_MICROS,
      onPacket: (packet) => this.#onFetched(packet),
      onDone: (failure) => this.#finish(failure),
    })
  }

  #onFetched(packet: Packet): void {
    if (this.#fetch === undefined) return
    this.#fetch.fetched.push({ ...packet, bytes: packet.bytes.slice() })
    const [sourceId, start] = [sourceIdOfKey(headerKey(packet.bytes)), headerTime(packet.bytes)]
    if (sourceId !== undefined && start !== undefined) {
      this.#fetch.reaches.set(sourceId, Math.min(start, this.#fetch.reaches.get(sourceId) ?? start))
    }
    this.#addBytes(packet)
  }

  /** When there is too much to keep, what there is goes on. */
  #addBytes({ bytes }: Packet): void {
    const { maximumBytes } = this.#options
    this.#bytes += bytes.length
    if (this.#bytes <= maximumBytes) return
    if (this.#fetch === undefined) this.#begin()
    this.#finish(`expected ≤ ${maximumBytes} bytes to wait, got more`)
  }

  #finish(failure?: string): void {
    const fetch = this.#fetch
    if (fetch === undefined) return
    this.#fetch = undefined
    fetch.cancel()
    for (const [sourceId, { from, to }] of [...fetch.skipped.values()].flatMap((channels) => [...channels])) {
      // A server that gives what lies before the hole, and nothing in it, never had more.
      const reach = failure === undefined ? Math.min(to, fetch.reaches.get(sourceId) ?? to) : to
      if (reach > from) this.#options.onSkipped(sourceId, from, reach)
    }
    if (failure !== undefined) this.#tell(failure, fetch)
    this.#bytes = this.#waiting.held.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.#options.onRecovered(fetch.fetched, fetch.held)
    this.#collect()
  }

  #tell(failure: string, { skipped, fetched }: Fetch): void {
    const { origin, onProblem } = this.#options
    const names = [...skipped.keys()].slice(0, 5).join(', ')
    const from = Math.min(...[...skipped.values()].flatMap((channels) => [...channels.values()].map((span) => span.from)))
    const message = `backlog of ${names} since ${formatMicros(from)}: ${failure}; ${fetched.length} packets of it came, live data go on`
    onProblem({ code: 'BACKLOG_INCOMPLETE', message, where: origin })
  }
}

function afterSeconds(seconds: number, action: () => void): () => void {
  const timer = setTimeout(action, seconds * 1000)
  return () => clearTimeout(timer)
}
