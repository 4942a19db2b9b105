import type { Config, ServerConfig } from '../contract/config.ts'
import type { ServerStatus } from '../contract/health.ts'
import type { Packet } from '../domain/packet.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, type StationId, stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros, type Micros } from '../domain/time.ts'
import {
  type LinkState,
  type Position,
  ResumePositions,
  SeedlinkClient,
  type StateChange,
  type StationState,
} from '../io/seedlink/index.ts'
import { PacketQueue } from './packet-queue.ts'

export interface ServerLinksOptions {
  readonly servers: Config['servers']
  readonly queue: Config['queue']
  /** As `positions` gave them before a restart, by server. */
  readonly resume: ReadonlyMap<string, ReadonlyMap<StationId, Position>>
  readonly clock: Clock
  /** Every packet once, in order within a server. @returns false when it is kept for later: it does not count as processed */
  readonly onPacket: (packet: Packet) => boolean
  /** After each packet, when the positions are those after it. */
  readonly onSettled: () => void
  /** A full queue lost it. */
  readonly onDropped: (packet: Packet) => void
  /** What comes from this server from now on comes over another connection than what came before. */
  readonly onReconnected: (origin: string) => void
  /** Packets of this server are kept for later. */
  readonly isKeeping: (origin: string) => boolean
  /** Every server has said that nothing more will come, and all that came is processed. */
  readonly onAllEnded: () => void
  /** A server refuses an instrument, or takes it (undefined). */
  readonly onRejected: (instrument: InstrumentId, origin: string, reason: string | undefined) => void
  /** A server that takes an instrument has sent nothing of it for a while, and what it has instead; undefined: no longer so. */
  readonly onUnheard: (instrument: InstrumentId, origin: string, reason: string | undefined) => void
  readonly onState: () => void
  readonly onProblem: OnProblem
}

/** Whether a server can be expected to send, and if not, why. */
export interface LinkHealth {
  readonly isAlive: boolean
  /** Since when it is or is not. */
  readonly since: Micros
  readonly reason?: string
}

interface Arrival extends Packet {
  readonly position: Position
}

interface Link {
  readonly client: SeedlinkClient
  readonly server: ServerConfig
  readonly lane: number
  /** Of packets that left the queue; the client's own are ahead of it. */
  readonly processed: ResumePositions
  lastPacket: Micros | null
  /** Its END is processed and no packet has come since; `soon`: as soon as packets that are kept have been given back. */
  hasEnded: boolean | 'soon'
}

/** The connections to all configured servers, and the queue in which their packets wait for the pipeline. */
export class ServerLinks {
  readonly #options: ServerLinksOptions
  readonly #links: readonly Link[]
  readonly #queue: PacketQueue<Arrival>

  constructor(options: ServerLinksOptions) {
    this.#options = options
    this.#links = options.servers.map((server, lane) => this.#link(server, lane))
    this.#queue = new PacketQueue<Arrival>({
      maximumBytes: options.queue.maximumMegabytes * 1e6,
      whenFull: options.queue.whenFull,
      lanes: this.#links.length,
      onPacket: (lane, packet) => this.#process(lane, packet),
      onDrop: (_lane, packet) => options.onDropped(packet),
    })
  }

  start(): void {
    for (const { client } of this.#links) client.start()
  }

  /** What still waits in the queue is asked for again after a restart. */
  close(): void {
    for (const { client } of this.#links) client.close()
    this.#queue.close()
  }

  /** How far each server's packets were processed; to be stored with what came of them. */
  positions(): Map<string, Map<StationId, Position>> {
    return new Map(this.#links.map(({ client, processed }) => [client.origin, processed.snapshot()]))
  }

  get queue(): { readonly packets: number; readonly bytes: number; readonly dropped: number } {
    return { packets: this.#queue.length, bytes: this.#queue.bytes, dropped: this.#queue.dropped }
  }

  healthOf(origin: string): LinkHealth | undefined {
    const link = this.#links.find(({ client }) => client.origin === origin)
    if (!link) return undefined
    const { state } = link.client
    const reason = reasonOf(state)
    return { isAlive: ALIVE.has(state.kind), since: state.since, ...(reason === undefined ? {} : { reason }) }
  }

  /** Brings packets to the front of a server's queue: what was fetched (its numbers are no positions), then what was held back. */
  putFirst(origin: string, fetched: readonly Packet[], held: readonly Packet[]): void {
    const link = this.#links.find(({ client }) => client.origin === origin)
    if (!link) return
    const isArrival = (packet: Packet): packet is Arrival => 'position' in packet
    const entries = fetched.map((packet) => () => {
      this.#options.onPacket(packet)
      this.#options.onSettled()
    })
    const end = link.hasEnded === 'soon' ? [() => this.#onEnd(link)] : []
    this.#queue.putFirst(link.lane, [...entries, ...held.filter(isArrival), ...end])
  }

  serverOf(origin: string): ServerConfig | undefined {
    return this.#links.find(({ client }) => client.origin === origin)?.server
  }

  statuses(): ServerStatus[] {
    return this.#links.map(({ client, lane, lastPacket, hasEnded }) => {
      const { state } = client
      const reason = reasonOf(state)
      const queue = this.#queue.status(lane)
      // What came before END is still on its way.
      const wireState = state.kind === 'ended' && hasEnded !== true ? 'connected' : STATE_ON_THE_WIRE[state.kind]
      return {
        url: client.origin,
        state: wireState,
        ...(reason === undefined ? {} : { reason }),
        ...('protocol' in state ? { protocol: `SeedLink ${state.protocol}` } : {}),
        since: formatMicros(state.since),
        reconnects: Math.max(0, client.counts.connections - 1),
        packets: client.counts.packets,
        queue,
        lastPacketTime: lastPacket === null ? null : formatMicros(lastPacket),
      }
    })
  }

  #link(server: ServerConfig, lane: number): Link {
    const { clock, onProblem, resume } = this.#options
    const { url } = server.url
    const saved = resume.get(url)
    const client = new SeedlinkClient({
      url,
      stations: server.stations,
      ...(saved === undefined ? {} : { resume: saved }),
      ...credentialsOf(server),
      clock,
      onPacket: (packet, position) => {
        link.lastPacket = packet.receivedAt ?? null
        this.#queue.push(lane, { ...packet, position })
      },
      onState: (change) => this.#onState(link, change),
      onEnd: () => this.#queue.mark(lane, () => this.#onEnd(link)),
      onProblem,
    })
    const link: Link = {
      client,
      server,
      lane,
      processed: new ResumePositions(saved, (station) => client.connectionOf(station)),
      lastPacket: null,
      hasEnded: false,
    }
    return link
  }

  #process(lane: number, packet: Arrival): void {
    const link = this.#links[lane] as Link
    link.hasEnded = false
    if (this.#options.onPacket(packet) && packet.stationId) link.processed.record(packet.stationId, packet.position)
    this.#options.onSettled()
  }

  #onState({ client, server, lane }: Link, change: StateChange): void {
    if (change.scope === 'station') {
      const { station, state } = change
      const reason = state.kind === 'rejected' ? state.reason : undefined
      for (const instrument of server.stations) {
        if (stationOfInstrument(instrument) !== station) continue
        this.#options.onRejected(instrument, client.origin, reason)
        this.#options.onUnheard(instrument, client.origin, unheardReason(instrument, state))
      }
    } else if (change.state.kind === 'connecting') this.#queue.mark(lane, () => this.#options.onReconnected(client.origin))
    this.#options.onState()
  }

  #onEnd(link: Link): void {
    link.hasEnded = this.#options.isKeeping(link.client.origin) ? 'soon' : true
    if (this.#links.every(({ hasEnded }) => hasEnded === true)) this.#options.onAllEnded()
  }
}

/** Why nothing comes of an instrument whose station is taken; undefined while it may still come. */
export function unheardReason(instrument: InstrumentId, state: StationState): string | undefined {
  if (state.kind === 'unheard') return state.reason
  return state.kind === 'streaming' && state.unheard?.entries.includes(instrument) ? state.unheard.reason : undefined
}

/** User and password of a server, as its client wants them. */
export function credentialsOf({ user, password }: ServerConfig) {
  return user === undefined ? {} : { credentials: { kind: 'password', user, password: password ?? '' } as const }
}

/** From these a packet may come at any time. */
const ALIVE: ReadonlySet<LinkState['kind']> = new Set(['streaming', 'ended'])

const STATE_ON_THE_WIRE = {
  connecting: 'connecting',
  handshaking: 'connecting',
  streaming: 'connected',
  stalled: 'connected',
  waiting: 'waiting',
  rejected: 'rejected',
  unauthorised: 'rejected',
  ended: 'ended',
  closed: 'waiting',
} as const satisfies Record<LinkState['kind'], ServerStatus['state']>

function reasonOf(state: LinkState): string | undefined {
  const until =
    'until' in state && state.until !== undefined ? `; next try at ${formatMicros(state.until).slice(11, 19)} UTC` : ''
  const reason = 'reason' in state ? state.reason : undefined
  return reason === undefined ? undefined : `${reason}${until}`
}
