import type { Config, ServerConfig } from '../contract/config.ts'
import type { ServerStatus } from '../contract/health.ts'
import type { Packet } from '../domain/packet.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import { type InstrumentId, type StationId, stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros, type Micros } from '../domain/time.ts'
import { type LinkState, type Position, SeedlinkClient, type StateChange } from '../io/seedlink/index.ts'

export interface ServerLinksOptions {
  readonly servers: Config['servers']
  /** As `positions` gave them before a restart, by server. */
  readonly resume: ReadonlyMap<string, ReadonlyMap<StationId, Position>>
  readonly clock: Clock
  readonly onPacket: (packet: Packet) => void
  /** Every server has said that nothing more will come. */
  readonly onAllEnded: () => void
  /** A server refuses an instrument, or takes it (undefined). */
  readonly onRejected: (instrument: InstrumentId, reason: string | undefined) => void
  readonly onState: () => void
  readonly onProblem: OnProblem
}

interface Link {
  readonly client: SeedlinkClient
  readonly server: ServerConfig
  lastPacket: Micros | null
}

/** The connections to all configured servers. */
export class ServerLinks {
  readonly #options: ServerLinksOptions
  readonly #links: readonly Link[]

  constructor(options: ServerLinksOptions) {
    this.#options = options
    this.#links = options.servers.map((server) => this.#link(server))
  }

  start(): void {
    for (const { client } of this.#links) client.start()
  }

  close(): void {
    for (const { client } of this.#links) client.close()
  }

  /** How far each server was read; to be stored with what came of it. */
  positions(): Map<string, Map<StationId, Position>> {
    return new Map(this.#links.map(({ client }) => [client.origin, client.positions()]))
  }

  statuses(): ServerStatus[] {
    return this.#links.map(({ client, lastPacket }) => {
      const { state } = client
      const reason = reasonOf(state)
      return {
        url: client.origin,
        state: STATE_ON_THE_WIRE[state.kind],
        ...(reason === undefined ? {} : { reason }),
        ...('protocol' in state ? { protocol: `SeedLink ${state.protocol}` } : {}),
        reconnects: Math.max(0, client.counts.connections - 1),
        packets: client.counts.packets,
        lastPacketTime: lastPacket === null ? null : formatMicros(lastPacket),
      }
    })
  }

  #link(server: ServerConfig): Link {
    const { clock, onPacket, onProblem, resume } = this.#options
    const { url } = server.url
    const saved = resume.get(url)
    const client = new SeedlinkClient({
      url,
      stations: server.stations,
      ...(saved === undefined ? {} : { resume: saved }),
      ...(server.user === undefined
        ? {}
        : { credentials: { kind: 'password', user: server.user, password: server.password ?? '' } as const }),
      clock,
      onPacket: (packet) => {
        link.lastPacket = packet.receivedAt ?? null
        onPacket(packet)
      },
      onState: (change) => this.#onState(server, change),
      onEnd: () => this.#onEnd(),
      onProblem,
    })
    const link: Link = { client, server, lastPacket: null }
    return link
  }

  #onState(server: ServerConfig, change: StateChange): void {
    if (change.scope === 'station') {
      const reason = change.state.kind === 'rejected' ? `${server.url.url}: ${change.state.reason}` : undefined
      for (const instrument of server.stations) {
        if (stationOfInstrument(instrument) === change.station) this.#options.onRejected(instrument, reason)
      }
    }
    this.#options.onState()
  }

  #onEnd(): void {
    if (this.#links.every(({ client }) => client.state.kind === 'ended')) this.#options.onAllEnded()
  }
}

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
