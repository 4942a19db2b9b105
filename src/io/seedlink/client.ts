import type { MonitorError } from '../../domain/errors.ts'
import type { StationId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { SessionFailure, SessionOutput } from '../../seedlink/client-session.ts'
import type { Negotiated, StationOutcome } from '../../seedlink/handshake.ts'
import type { PacketPiece } from '../../seedlink/packet-splitter.ts'
import type { ReconnectDelay } from '../../seedlink/reconnect-delay.ts'
import { headerTime } from '../../seedlink/record-header.ts'
import { type Position, ResumePositions } from '../../seedlink/resume-positions.ts'
import type { SelectedChannel } from '../../seedlink/selected-channels.ts'
import type { StationSelection } from '../../seedlink/selection.ts'
import type { ServerAddress } from './client-address.ts'
import { SeedlinkConnection } from './client-connection.ts'
import { type ClientCounts, checkOptions, type SeedlinkClientOptions, sessionOptionsOf } from './client-options.ts'
import type { LinkState, StationState } from './client-state.ts'
import { type ClientTimings, DEFAULT_CLIENT_TIMINGS, reconnectDelay, SYSTEM_TIMERS, type Timers } from './client-timings.ts'

/** After so many restarts in a row without delay the next one waits like any other. */
const MAX_IMMEDIATE_RESTARTS = 3

/**
 * A SeedLink client for one server and many stations, v3.x and v4.0: connects, negotiates, resumes, notices silence and
 * reconnects with growing delays, until it is closed.
 *
 * @throws {ConfigError} from the constructor for an address or a station that is none
 * @example
 * const client = new SeedlinkClient({
 *   url: 'seedlink://rtserve.iris.washington.edu:18000',
 *   stations: ['IU_ANMO_00_BH'],
 *   clock: { now: () => Date.now() * 1000 },
 *   onPacket: (packet) => console.log(packet.stationId, packet.sequence, packet.bytes.length),
 *   onProblem: (problem) => console.error(problem.message),
 * })
 * client.start()
 */
export class SeedlinkClient {
  readonly #options: SeedlinkClientOptions
  readonly #address: ServerAddress
  readonly #selections: readonly StationSelection[]
  readonly #positions: ResumePositions
  readonly #timings: ClientTimings
  readonly #timers: Timers
  readonly #delay: ReconnectDelay
  readonly #stations = new Map<string, StationState>()
  #link: LinkState
  #connection: SeedlinkConnection | undefined
  #cancelTimer: () => void = () => {}
  #server = { software: '', protocol: 4 as 3 | 4 }
  #excluded = new Set<string>()
  #restarts = 0
  #counts = { packets: 0, unselected: 0, connections: 0 }

  constructor(options: SeedlinkClientOptions) {
    const { address, selections } = checkOptions(options)
    this.#options = options
    this.#address = address
    this.#selections = selections
    this.#positions = new ResumePositions(options.resume)
    this.#timings = { ...DEFAULT_CLIENT_TIMINGS, ...options.timings }
    this.#timers = options.timers ?? SYSTEM_TIMERS
    this.#delay = reconnectDelay(this.#timings, options.random ?? Math.random)
    const since = options.clock.now()
    this.#link = { kind: 'closed', since }
    for (const { station } of this.#selections) this.#stations.set(station, { kind: 'pending', since })
  }

  /** The server's canonical URL: `origin` of every packet. */
  get origin(): string {
    return this.#address.url
  }

  get state(): LinkState {
    return this.#link
  }

  /** Per entry of `stations`, grouped by `NET_STA`. */
  get stationStates(): ReadonlyMap<string, StationState> {
    return this.#stations
  }

  get counts(): ClientCounts {
    return this.#counts
  }

  /**
   * Last packet of each station, for saving; inside `onPacket` that packet is already in it. Save all of them together.
   */
  positions(): Map<StationId, Position> {
    return this.#positions.snapshot()
  }

  start(): void {
    if (this.#isClosed()) this.#connect()
  }

  /** Ends the connection; nothing is reported any more but the state `closed`. */
  close(): void {
    this.#shut()
  }

  #shut(reason?: string): void {
    if (this.#isClosed()) return
    this.#disconnect()
    this.#setLink({ kind: 'closed', since: this.#now(), ...(reason !== undefined && { reason }) })
  }

  #connect(): void {
    const attempt = this.#delay.attempt + 1
    this.#counts.connections += 1
    this.#setLink({ kind: 'connecting', since: this.#now(), attempt })
    if (this.#isClosed()) return
    this.#connection = new SeedlinkConnection({
      address: this.#address,
      attempt,
      tls: this.#options.tls ?? {},
      timings: this.#timings,
      timers: this.#timers,
      session: sessionOptionsOf(this.#options, {
        selections: this.#selections.filter(({ station }) => !this.#excluded.has(station)),
        positions: this.#positions,
      }),
      onOutput: (output) => this.#onOutput(output),
      onStalled: (isStalled) => this.#onStalled(isStalled),
      onLost: (error) => this.#onLost(error),
    })
  }

  #disconnect(): void {
    this.#cancelTimer()
    this.#connection?.close()
    this.#connection = undefined
  }

  #onOutput(output: SessionOutput): void {
    switch (output.kind) {
      case 'packet':
        this.#onPacket(output.piece, output.channel)
        break
      case 'unselected':
        this.#counts.unselected += 1
        break
      case 'negotiated':
        this.#onNegotiated(output.negotiated)
        break
      case 'accepted':
      case 'rejected':
      case 'resume-refused':
        this.#onStation(output)
        break
      case 'streaming':
        this.#onStreaming()
        break
      case 'end':
        this.#onEnded()
        break
      case 'failed':
        this.#onFailed(output.failure, output.text)
        break
    }
  }

  #onNegotiated({ greeting, protocol, authenticationError }: Negotiated): void {
    this.#server = { software: greeting.software, protocol }
    this.#setLink({ kind: 'handshaking', since: this.#now(), ...this.#server })
    if (protocol === 3 && authenticationError !== undefined) {
      this.#problem('SEEDLINK_CREDENTIALS_UNUSED', `credentials not sent: ${authenticationError}`)
    }
  }

  #onPacket(piece: PacketPiece, { stationId, selection }: SelectedChannel): void {
    const time = headerTime(piece.bytes)
    this.#counts.packets += 1
    this.#delay.noteData(this.#timers.now())
    const position = { sequence: piece.sequence, ...(time !== undefined && { time }) }
    this.#positions.record(stationId, position)
    if (this.#stations.get(selection.station)?.kind !== 'streaming') {
      this.#setStation(selection.station, { kind: 'streaming', since: this.#now() })
    }
    const origin = this.#address.url
    this.#options.onPacket({ bytes: piece.bytes, origin, stationId, sequence: piece.sequence, receivedAt: this.#now() }, position)
  }

  #onStation(outcome: StationOutcome): void {
    const { station } = outcome
    if (outcome.kind === 'accepted') {
      this.#setStation(station, { kind: 'accepted', since: this.#now() })
    } else if (outcome.kind === 'rejected') {
      this.#excluded.add(station)
      this.#setStation(station, { kind: 'rejected', since: this.#now(), reason: outcome.text })
      this.#problem('SEEDLINK_STATION_REJECTED', `station ${station}: refused by the server: ${outcome.text}`)
    } else {
      this.#positions.forget(station)
      this.#problem('SEEDLINK_RESUME_REFUSED', `station ${station}: starts live, its last position was refused: ${outcome.text}`)
    }
  }

  #onStreaming(): void {
    this.#restarts = 0
    this.#setLink({ kind: 'streaming', since: this.#now(), ...this.#server })
    if (this.#excluded.size === 0) return
    this.#cancelTimer = this.#timers.after(this.#timings.retryRejectedSeconds, () => {
      this.#disconnect()
      this.#connectAfresh()
    })
  }

  #onStalled(isStalled: boolean): void {
    const since = this.#now()
    if (isStalled) this.#setLink({ kind: 'stalled', since, reason: 'nothing received, and a keepalive has no answer' })
    else if (this.#link.kind === 'stalled') this.#setLink({ kind: 'streaming', since, ...this.#server })
  }

  #onEnded(): void {
    this.#disconnect()
    // A past time span is over when the server has sent it.
    const isOver = this.#options.isReconnecting === false || this.#options.span !== undefined
    const delay = isOver ? undefined : this.#connectLater()
    const since = this.#now()
    this.#setLink({ kind: 'ended', since, ...(delay !== undefined && { until: this.#later(delay) }) })
    if (this.#isClosed()) return
    this.#options.onEnd?.()
    if (isOver) this.#shut('the server sent END')
  }

  #onFailed(failure: SessionFailure, text: string): void {
    this.#disconnect()
    if (failure === 'start-again' && this.#restarts < MAX_IMMEDIATE_RESTARTS) {
      this.#restarts += 1
      this.#connect()
      return
    }
    const reason = `${failure === 'authentication' ? 'credentials refused: ' : ''}${text}`
    this.#problem(`SEEDLINK_${failure.toUpperCase().replace('-', '_')}`, `SeedLink server: ${reason}`)
    this.#waitAs(failure === 'start-again' ? 'waiting' : 'rejected', reason)
  }

  #onLost(error: MonitorError): void {
    this.#disconnect()
    this.#problem(error.code, error.message)
    this.#waitAs('waiting', error.message)
  }

  #waitAs(kind: 'waiting' | 'rejected', reason: string): void {
    if (this.#isClosed()) return
    if (this.#options.isReconnecting === false) this.#shut(reason)
    else this.#setLink({ kind, since: this.#now(), until: this.#later(this.#connectLater()), reason })
  }

  /** @returns the delay in seconds */
  #connectLater(): number {
    const seconds = this.#delay.next() / 1000
    this.#cancelTimer = this.#timers.after(seconds, () => this.#connectAfresh())
    return seconds
  }

  /** With every station again: what a server refuses today it may know tomorrow. */
  #connectAfresh(): void {
    this.#excluded = new Set()
    this.#restarts = 0
    for (const { station } of this.#selections) {
      // A refusal stays visible until the server has answered anew.
      if (this.#stations.get(station)?.kind !== 'rejected') this.#setStation(station, { kind: 'pending', since: this.#now() })
    }
    if (!this.#isClosed()) this.#connect()
  }

  /** Any callback may have closed us. */
  #isClosed(): boolean {
    return this.#link.kind === 'closed'
  }

  #setLink(state: LinkState): void {
    this.#link = state
    this.#options.onState?.({ scope: 'link', state })
  }

  #setStation(station: string, state: StationState): void {
    this.#stations.set(station, state)
    this.#options.onState?.({ scope: 'station', station, state })
  }

  #problem(code: string, message: string): void {
    this.#options.onProblem({ code, message, where: this.#address.url })
  }

  #now(): Micros {
    return this.#options.clock.now()
  }

  #later(seconds: number): Micros {
    return this.#now() + Math.round(seconds * MICROS_PER_SECOND)
  }
}
