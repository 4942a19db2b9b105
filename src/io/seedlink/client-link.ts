import type { MonitorError } from '../../domain/errors.ts'
import type { SourceId, StationId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { SessionFailure, SessionOutput } from '../../seedlink/client-session.ts'
import type { Negotiated, StationOutcome } from '../../seedlink/handshake.ts'
import type { PacketPiece } from '../../seedlink/packet-splitter.ts'
import type { ReconnectDelay } from '../../seedlink/reconnect-delay.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import type { SelectedChannel } from '../../seedlink/selected-channels.ts'
import type { StationSelection } from '../../seedlink/selection.ts'
import type { WindowOutcome } from '../../seedlink/window-progress.ts'
import { SeedlinkConnection } from './client-connection.ts'
import type { LinkOptions } from './client-link-options.ts'
import { sessionOptionsOf } from './client-options.ts'
import { LinkProgress } from './client-progress.ts'
import type { LinkState } from './client-state.ts'
import { reconnectDelay } from './client-timings.ts'
import { type WindowWatch, windowWatchOf } from './client-window.ts'

/** After so many restarts in a row without delay the next one waits like any other. */
const MAX_IMMEDIATE_RESTARTS = 3

/** Some stations of one server on one connection at a time: resumes, notices silence, reconnects with growing delays. */
export class ClientLink {
  readonly #options: LinkOptions
  readonly #progress: LinkProgress
  readonly #delay: ReconnectDelay
  #selections: readonly StationSelection[]
  #state: LinkState
  #connection: SeedlinkConnection | undefined
  #window: WindowWatch | undefined
  #cancelTimer: () => void = () => {}
  #negotiated: Negotiated | undefined
  #excluded = new Set<string>()
  #restarts = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#selections = options.selections
    this.#progress = new LinkProgress(options.resume, options.channelEnds)
    this.#delay = reconnectDelay(options.timings, options.client.random ?? Math.random)
    this.#state = { kind: 'closed', since: this.#now() }
  }

  get state(): LinkState {
    return this.#state
  }

  get selections(): readonly StationSelection[] {
    return this.#selections
  }

  /** Where each station of the link stands; all to be saved together. */
  positions(): Map<StationId, Position> {
    return this.#progress.positions.snapshot()
  }

  channelEnds(): Map<SourceId, Micros> {
    return this.#progress.ends.snapshot()
  }

  /** @param delaySeconds so that several links do not connect all at once */
  start(delaySeconds = 0): void {
    if (!this.#isClosed()) return
    if (delaySeconds === 0) {
      this.#connect()
      return
    }
    const reason = 'connections to one server are opened one after the other'
    const until = this.#connectLater(delaySeconds)
    this.#setState({ kind: 'waiting', since: this.#now(), until, attempt: 1, reason })
  }

  /** Other stations from now on, on a new connection. */
  replaceSelections(selections: readonly StationSelection[]): void {
    this.#selections = selections
    if (this.#isClosed()) return
    this.#leave()
    if (selections.length > 0) this.#connectAfresh()
  }

  /** Nothing can be asked for, as the server has it, until `replaceSelections` says otherwise. */
  reject(reason: string, retrySeconds: number): void {
    this.#disconnect()
    const since = this.#now()
    if (this.#options.client.isReconnecting === false) this.#setState({ kind: 'closed', since, reason })
    else this.#setState({ kind: 'rejected', since, until: since + Math.round(retrySeconds * MICROS_PER_SECOND), reason })
  }

  /** What the link needs besides its connection has failed; the next try comes after the usual delay. */
  fail(reason: string): void {
    this.#disconnect()
    this.#waitAs('waiting', reason)
  }

  close(reason?: string): void {
    if (this.#isClosed()) return
    this.#leave()
    this.#setState({ kind: 'closed', since: this.#now(), ...(reason !== undefined && { reason }) })
  }

  #connect(): void {
    const { client, address, timings, timers, onConnect } = this.#options
    const attempt = this.#delay.attempt + 1
    onConnect()
    this.#setState({ kind: 'connecting', since: this.#now(), attempt })
    if (this.#isClosed()) return
    const selections = this.#selections.filter(({ station }) => !this.#excluded.has(station))
    this.#window = windowWatchOf(this.#options, selections, (outcome) => this.#onEnded(outcome))
    this.#progress.beginConnection()
    this.#connection = new SeedlinkConnection({
      address,
      attempt,
      tls: client.tls ?? {},
      timings,
      timers,
      session: sessionOptionsOf(client, { selections, positions: this.#progress.positions }),
      onOutput: (output) => this.#onOutput(output),
      onStalled: (isStalled) => this.#onStalled(isStalled),
      onLost: (error) => this.#onLost(error),
    })
  }

  #leave(): void {
    this.#connection?.leave()
    this.#disconnect()
  }

  #disconnect(): void {
    this.#cancelTimer()
    this.#window?.stop()
    this.#connection?.close()
    this.#connection = undefined
  }

  #onOutput(output: SessionOutput): void {
    switch (output.kind) {
      case 'packet':
        this.#onPacket(output.piece, output.channel)
        break
      case 'unselected':
        this.#options.onUnselected()
        break
      case 'skipped':
        this.#options.onProblem(
          'SEEDLINK_LENGTH_WRONG',
          `v3 packet: expected the next packet behind its record, got ${output.length} other bytes; they are skipped, a record gave a wrong length`,
        )
        break
      case 'negotiated':
        this.#onNegotiated(output.negotiated)
        break
      case 'accepted':
      case 'requested':
      case 'rejected':
      case 'resume-refused':
        this.#onStation(output)
        break
      case 'streaming':
        this.#onStreaming()
        break
      case 'end':
        this.#onEnded('end')
        break
      case 'failed':
        this.#onFailed(output.failure, output.text)
        break
    }
  }

  #onNegotiated(negotiated: Negotiated): void {
    const { protocol, serverKind, authenticationError } = negotiated
    this.#negotiated = negotiated
    this.#setState({ kind: 'handshaking', since: this.#now(), ...this.#server() })
    if (protocol === 3 && authenticationError !== undefined) {
      this.#options.onProblem('SEEDLINK_CREDENTIALS_UNUSED', `credentials not sent: ${authenticationError}`)
    }
    if (this.#options.client.filter === '3' && (protocol === 3 || serverKind === 'ringserver')) {
      const why = protocol === 3 ? 'v3 has no filters' : 'ringserver damages uncompressed data when it converts'
      this.#options.onProblem('SEEDLINK_FILTER_UNUSED', `records come as they are, not as miniSEED 3: ${why}`)
    }
  }

  #onPacket(piece: PacketPiece, channel: SelectedChannel): void {
    const { timers, onPacket, onSkipped, onStation, onUnselected } = this.#options
    this.#delay.noteData(timers.now())
    const serverKind = this.#negotiated?.serverKind ?? 'other'
    const { position, isFirst, isWanted, skipped } = this.#progress.note(piece, channel, serverKind, this.#window)
    if (isFirst) onStation(channel.selection.station, { kind: 'streaming', since: this.#now() })
    if (skipped) onSkipped(skipped, channel.stationId)
    if (isWanted) onPacket(piece, channel, position)
    else onUnselected()
  }

  #onStation(outcome: StationOutcome): void {
    const { station } = outcome
    const { onStation, onProblem } = this.#options
    if (outcome.kind === 'accepted' || outcome.kind === 'requested') {
      onStation(station, { kind: outcome.kind, since: this.#now() })
    } else if (outcome.kind === 'rejected') {
      this.#excluded.add(station)
      this.#window?.giveUp(station)
      const reason = `refused: ${outcome.text}; check network and station code, and whether the server gives it to us`
      onStation(station, { kind: 'rejected', since: this.#now(), reason })
      onProblem('SEEDLINK_STATION_REJECTED', `station ${station}: ${reason}`)
    } else {
      this.#progress.positions.forget(station)
      onProblem('SEEDLINK_RESUME_REFUSED', `station ${station}: starts live, its last position was refused: ${outcome.text}`)
    }
  }

  #onStreaming(): void {
    this.#restarts = 0
    this.#window?.begin()
    this.#setState({ kind: 'streaming', since: this.#now(), ...this.#server() })
    if (this.#excluded.size === 0 || this.#isClosed()) return
    this.#cancelTimer = this.#options.timers.after(this.#options.timings.retryRejectedSeconds, () => {
      this.#leave()
      this.#connectAfresh()
    })
  }

  #onStalled(isStalled: boolean): void {
    const since = this.#now()
    if (isStalled) this.#setState({ kind: 'stalled', since, reason: 'nothing received, and a keepalive has no answer' })
    else if (this.#state.kind === 'stalled') this.#setState({ kind: 'streaming', since, ...this.#server() })
  }

  #onEnded(outcome: WindowOutcome): void {
    this.#leave()
    const { isReconnecting, span } = this.#options.client
    const isOver = isReconnecting === false || span !== undefined
    const until = isOver ? undefined : this.#connectLater()
    this.#setState({ kind: 'ended', since: this.#now(), outcome, ...(until !== undefined && { until }) })
  }

  #onFailed(failure: SessionFailure, text: string): void {
    const { onProblem, onWildcards, timings } = this.#options
    if (failure === 'wildcards') {
      this.#leave()
      onWildcards()
      return
    }
    this.#disconnect()
    if (failure === 'start-again' && this.#restarts < MAX_IMMEDIATE_RESTARTS) {
      this.#restarts += 1
      this.#connect()
    } else if (failure === 'authentication' || (failure === 'refused' && /\b(?:AUTH|UNAUTHORIZED)\b/.test(text))) {
      const reason = `credentials refused: ${text}`
      onProblem('SEEDLINK_UNAUTHORISED', `SeedLink server: ${reason}`)
      this.#waitAs('unauthorised', reason, timings.retryUnauthorisedSeconds)
    } else {
      onProblem(`SEEDLINK_${failure.toUpperCase().replace('-', '_')}`, `SeedLink server: ${text}`)
      this.#waitAs(failure === 'start-again' ? 'waiting' : 'rejected', text)
    }
  }

  #onLost(error: MonitorError): void {
    this.#disconnect()
    this.#options.onProblem(error.code, error.message)
    this.#waitAs('waiting', error.message)
  }

  #waitAs(kind: 'waiting' | 'rejected' | 'unauthorised', reason: string, seconds?: number): void {
    const since = this.#now()
    if (this.#options.client.isReconnecting === false) {
      this.#setState({ kind: 'closed', since, reason })
      return
    }
    const until = this.#connectLater(seconds)
    if (kind === 'waiting') this.#setState({ kind, since, until, attempt: this.#delay.attempt + 1, reason })
    else this.#setState({ kind, since, until, reason })
  }

  /** @returns when */
  #connectLater(seconds = this.#delay.next() / 1000): Micros {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.timers.after(seconds, () => this.#connectAfresh())
    return this.#now() + Math.round(seconds * MICROS_PER_SECOND)
  }

  /** With every station again: what a server refuses today it may know tomorrow. */
  #connectAfresh(): void {
    this.#excluded = new Set()
    this.#restarts = 0
    this.#connect()
  }

  #server(): { software: string; protocol: 3 | 4 } {
    return { software: this.#negotiated?.greeting.software ?? '', protocol: this.#negotiated?.protocol ?? 4 }
  }

  /** Any callback may have closed us. */
  #isClosed(): boolean {
    return this.#state.kind === 'closed'
  }

  #setState(state: LinkState): void {
    this.#state = state
    this.#options.onState(state)
  }

  #now(): Micros {
    return this.#options.client.clock.now()
  }
}
