import type { SourceId, StationId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import type { PacketPiece } from '../../seedlink/packet-splitter.ts'
import { stationOfSource } from '../../seedlink/record-header.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import type { SelectedChannel } from '../../seedlink/selected-channels.ts'
import { hasWildcard, type StationSelection, stationMatches } from '../../seedlink/selection.ts'
import { knownOf, shardSelections } from '../../seedlink/shards.ts'
import type { ServerAddress } from './client-address.ts'
import { requestInfo } from './client-info.ts'
import { ClientLink } from './client-link.ts'
import { type Listing, StationListing } from './client-listing.ts'
import { type ClientCounts, checkOptions, type SeedlinkClientOptions, STATIONS_PER_CONNECTION } from './client-options.ts'
import { type LinkState, type StationState, worstOf } from './client-state.ts'
import { ClientStations } from './client-stations.ts'
import { type ClientTimings, DEFAULT_CLIENT_TIMINGS, SYSTEM_TIMERS, type Timers } from './client-timings.ts'

/** Stations remembered with their connection; a server that invents names cannot make it grow. */
const MAX_KNOWN_STATIONS = 65_536

const NO_STATIONS = 'the server knows no wildcards, and no station was found for the patterns'

/**
 * A SeedLink client for one server and many stations, v3.x and v4.0: connects, negotiates, resumes, notices silence and
 * reconnects with growing delays, until it is closed. Above `stationsPerConnection` it does so on several connections; packets,
 * positions and states of the stations do not show it.
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
  readonly #patterns: readonly StationSelection[]
  readonly #timings: ClientTimings
  readonly #timers: Timers
  readonly #listing: StationListing
  readonly #stations: ClientStations
  readonly #links: ClientLink[] = []
  readonly #connectionByStation = new Map<string, number>()
  readonly #cancelChecks = new Map<ClientLink, () => void>()
  #cancelExpansion: () => void = () => {}
  #state: LinkState
  #counts = { packets: 0, unselected: 0, connections: 0, backlogsSkipped: 0 }

  constructor(options: SeedlinkClientOptions) {
    const { address, selections } = checkOptions(options)
    this.#options = options
    this.#address = address
    this.#patterns = selections.filter(({ station }) => hasWildcard(station))
    this.#timings = { ...DEFAULT_CLIENT_TIMINGS, ...options.timings }
    this.#timers = options.timers ?? SYSTEM_TIMERS
    this.#listing = new StationListing((level) => requestInfo(address.url, level, options))
    this.#state = { kind: 'closed', since: this.#now() }
    this.#stations = new ClientStations({
      selections,
      clock: options.clock,
      onState: (station, state) => options.onState?.({ scope: 'station', station, state }),
    })
    for (const shard of shardSelections(selections, this.#limit)) this.#addLink(shard)
  }

  /** The server's canonical URL: `origin` of every packet. */
  get origin(): string {
    return this.#address.url
  }

  /** Of several connections the one in most trouble. */
  get state(): LinkState {
    return this.#state
  }

  /** Of each connection; more than one only above `stationsPerConnection`. */
  get linkStates(): readonly LinkState[] {
    return this.#links.map(({ state }) => state)
  }

  /** Per entry of `stations`, grouped by `NET_STA`, and per station that a pattern was expanded to. */
  get stationStates(): ReadonlyMap<string, StationState> {
    return this.#stations.states
  }

  get counts(): ClientCounts {
    return this.#counts
  }

  /**
   * Last packet of each station, for saving; inside `onPacket` that packet is already in it. Save all of them together.
   */
  positions(): Map<StationId, Position> {
    const positions = new Map(this.#options.resume)
    for (const link of this.#links) for (const [station, position] of link.positions()) positions.set(station, position)
    return positions
  }

  /** Which of several connections a station is on: what a ringserver sends on one of them is one sequence (`ResumePositions`). */
  connectionOf(station: string): number {
    const known = this.#connectionByStation.get(station)
    if (known !== undefined) return known
    const covers = (link: ClientLink) => link.selections.some((selection) => stationMatches(selection.station, station))
    const connection = Math.max(0, this.#links.findIndex(covers))
    if (this.#connectionByStation.size < MAX_KNOWN_STATIONS) this.#connectionByStation.set(station, connection)
    return connection
  }

  /** When the next sample of each channel is due, for saving; lets a restart notice what the server has skipped. */
  channelEnds(): Map<SourceId, Micros> {
    const ends = new Map(this.#options.channelEnds)
    for (const [sourceId, next] of this.#links.flatMap((link) => [...link.channelEnds()])) {
      if (next > (ends.get(sourceId) ?? 0)) ends.set(sourceId, next)
    }
    return ends
  }

  start(): void {
    if (!this.#isClosed()) return
    this.#links.forEach((link, index) => {
      if (index === 0 || !this.#isClosed()) link.start(this.#stagger(index))
    })
  }

  /** Ends the connections; nothing is reported any more but the state `closed`. */
  close(): void {
    this.#shut()
  }

  #shut(reason?: string): void {
    this.#cancelExpansion()
    for (const cancel of this.#cancelChecks.values()) cancel()
    for (const link of this.#links) link.close(reason)
  }

  get #limit(): number {
    return this.#options.stationsPerConnection ?? STATIONS_PER_CONNECTION
  }

  /** No herd: one connection after the other, at random distances. */
  #stagger(index: number): number {
    const { random = Math.random } = this.#options
    return index * this.#timings.staggerSeconds * (0.5 + random() / 2)
  }

  #addLink(selections: readonly StationSelection[]): ClientLink {
    const { resume = new Map(), channelEnds = new Map(), span } = this.#options
    const index = this.#links.length
    const link: ClientLink = new ClientLink({
      client: this.#options,
      address: this.#address,
      timings: this.#timings,
      timers: this.#timers,
      selections,
      resume: span ? [] : knownOf(selections, resume, (station) => station),
      channelEnds: knownOf(selections, channelEnds, stationOfSource),
      onConnect: () => {
        this.#counts.connections += 1
      },
      onPacket: (piece, channel, position) => this.#onPacket(piece, channel, position),
      onUnselected: () => {
        this.#counts.unselected += 1
      },
      onSkipped: (skipped, stationId) => {
        this.#counts.backlogsSkipped += 1
        this.#options.onBacklogSkipped?.({ ...skipped, stationId })
      },
      onState: (state) => this.#onLinkState(index, link, state),
      onStation: (station, state) => this.#stations.set(station, state),
      onWildcards: () => void this.#expand(link),
      onProblem: (code, message) => this.#problem(code, message),
    })
    this.#links.push(link)
    this.#connectionByStation.clear()
    return link
  }

  #onPacket(piece: PacketPiece, { stationId }: SelectedChannel, position: Position): void {
    this.#counts.packets += 1
    const { sequence, bytes } = piece
    const packet = { bytes, origin: this.#address.url, stationId, sequence, receivedAt: this.#now() }
    this.#options.onPacket(packet, position)
  }

  #onLinkState(index: number, link: ClientLink, state: LinkState): void {
    this.#state = worstOf(this.linkStates) ?? state
    if (state.kind === 'connecting') this.#stations.expectAnew(link.selections)
    this.#options.onState?.({ scope: 'link', link: index, state })
    this.#cancelChecks.get(link)?.()
    if (state.kind === 'streaming') {
      const cancel = this.#timers.after(this.#timings.unheardSeconds, () => void this.#checkUnheard(link))
      this.#cancelChecks.set(link, cancel)
    }
    if (state.kind === 'ended' && !this.#isClosed()) this.#onEnded()
  }

  /** A live stream ends when all its connections have; a time window is then over. */
  #onEnded(): void {
    if (!this.linkStates.every(({ kind }) => kind === 'ended' || kind === 'closed')) return
    this.#options.onEnd?.()
    const { isReconnecting, span } = this.#options
    if (isReconnecting === false || span !== undefined) this.#shut('everything was sent')
  }

  /** Accepted means little: servers accept channels, and ringserver stations, that they never heard of. Their lists tell. */
  async #checkUnheard(link: ClientLink): Promise<void> {
    const unheard = () => this.#stations.unheard(link.selections, link.channelEnds().keys())
    if (unheard().length === 0) return
    const listing = await this.#listing.streams()
    if (link.state.kind !== 'streaming') return
    for (const [entries, reason] of this.#stations.judge(unheard(), listing, this.#timings.unheardSeconds)) {
      this.#problem('SEEDLINK_UNHEARD', `stations: expected data of ${entries}, got none: ${reason}`)
    }
  }

  /** For a server without wildcards: finds the stations behind the patterns, asks for them by name, and looks again now and then. */
  async #expand(link: ClientLink): Promise<void> {
    const listing = await this.#listing.stations()
    if (this.#isClosed()) return
    if (listing.kind === 'failed') {
      link.fail(`its stations cannot be asked for: ${listing.error.message}`)
      return
    }
    this.#lookAgain()
    this.#assign(link, this.#found(listing))
  }

  #lookAgain(): void {
    this.#cancelExpansion()
    this.#cancelExpansion = this.#timers.after(this.#timings.expandSeconds, () => void this.#expandAgain())
  }

  async #expandAgain(): Promise<void> {
    const listing = await this.#listing.stations()
    if (this.#isClosed()) return
    this.#lookAgain()
    const last = this.#links.at(-1)
    if (listing.kind !== 'failed' && last) this.#assign(last, this.#found(listing))
  }

  /** Stations behind the patterns. */
  #found(listing: Exclude<Listing, { kind: 'failed' }>): StationSelection[] {
    const { found, refused } = this.#stations.expand(this.#patterns, listing)
    if (refused !== undefined) this.#problem('SEEDLINK_WILDCARDS', refused)
    return found
  }

  /** Puts stations that no connection asks for yet on this one, as far as it has room, and opens others for the rest. */
  #assign(link: ClientLink, found: readonly StationSelection[]): void {
    const wanted = new Map(found.map((selection) => [selection.station, selection]))
    const asked = new Set(this.#links.flatMap(({ selections }) => selections.map(({ station }) => station)))
    const fresh = found.filter(({ station }) => !asked.has(station))
    const named = link.selections.filter(({ station }) => !hasWildcard(station))
    const room = Math.max(0, this.#limit - named.length)
    this.#connectionByStation.clear()
    for (const each of [...this.#links]) {
      const own = each === link ? [...named, ...fresh.slice(0, room)] : each.selections
      // A pattern may want more of a station than its own entry does.
      const next = own.map((selection) => wanted.get(selection.station) ?? selection)
      if (!isSameRequest(next, each.selections)) each.replaceSelections(next)
      if (next.length === 0) each.reject(NO_STATIONS, this.#timings.expandSeconds)
    }
    const rest = fresh.slice(room)
    if (rest.length === 0) return
    shardSelections(rest, this.#limit).forEach((shard, index) => {
      this.#addLink(shard).start(this.#stagger(index + 1))
    })
  }

  /** Any callback may have closed us. */
  #isClosed(): boolean {
    return this.#state.kind === 'closed'
  }

  #problem(code: string, message: string): void {
    this.#options.onProblem({ code, message, where: this.#address.url })
  }

  #now(): Micros {
    return this.#options.clock.now()
  }
}

function isSameRequest(one: readonly StationSelection[], other: readonly StationSelection[]): boolean {
  return one.length === other.length && JSON.stringify(one) === JSON.stringify(other)
}
