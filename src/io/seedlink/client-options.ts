import { ConfigError } from '../../domain/errors.ts'
import type { Packet } from '../../domain/packet.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { SourceId, StationId } from '../../domain/source-id.ts'
import type { Micros } from '../../domain/time.ts'
import { detectRecordLength } from '../../miniseed/record-length.ts'
import type { SessionOptions } from '../../seedlink/client-session.ts'
import type { PacketFilter, RequestMode, TimeSpan } from '../../seedlink/commands.ts'
import type { Credentials, HandshakeV3 } from '../../seedlink/handshake.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import { parseSelections, type StationSelection } from '../../seedlink/selection.ts'
import { version } from '../version.ts'
import { parseServerAddress, type ServerAddress } from './client-address.ts'
import type { TlsOptions } from './client-socket.ts'
import type { BacklogSkipped, StateChange } from './client-state.ts'
import type { ClientTimings, Timers } from './client-timings.ts'

/** `quakewire/` and the version of the package. */
function defaultUserAgent(): string {
  return `quakewire/${version()}`
}

/** Below what data centres allow (IRIS about 1,000); above it later stations silently get nothing. */
export const STATIONS_PER_CONNECTION = 800

export interface SeedlinkClientOptions {
  /** `seedlink://host:port`, or `seedlinks://` for TLS. */
  readonly url: string
  /**
   * `NET_STA_LOC_BS` (three components of one instrument), `NET_STA` (everything), either with `*` and `?`. Where the server knows no
   * wildcards in stations its list of stations is asked for, and again now and then.
   */
  readonly stations: readonly string[]
  /** More stations than this take several connections. Default 800. */
  readonly stationsPerConnection?: number
  /** Where to go on, as `positions()` gave it before a restart. Not used with `span`. */
  readonly resume?: ReadonlyMap<StationId, Position>
  /** When each channel's next sample is due, as `channelEnds()` gave it before a restart: shows what a resume has skipped. */
  readonly channelEnds?: ReadonlyMap<SourceId, Micros>
  readonly credentials?: Credentials
  readonly tls?: TlsOptions
  /** Shown in the server's log. */
  readonly userAgent?: string
  /** 3: never negotiate v4. Default 4. */
  readonly highestProtocol?: 3 | 4
  /** How v3 servers are asked; `uni-station` never negotiates v4 and takes one entry of `stations`. Default `auto`. */
  readonly handshakeV3?: HandshakeV3
  /** What a v4 server is to convert records to. Default `native`: nothing. */
  readonly filter?: PacketFilter
  /**
   * A past time span instead of the live stream; when it is over the client is closed: at the server's END, or when all channels
   * have reached its end, or after a while without data (`timings.window…`). After a broken link only the rest is asked for.
   */
  readonly span?: TimeSpan
  /** `fetch`: the server sends what it has and says END. Default `stream`. */
  readonly mode?: RequestMode
  /** False: after END or a failure the client is closed. Default true. */
  readonly isReconnecting?: boolean
  /** For `receivedAt` and the times of states; decides nothing. */
  readonly clock: Clock
  readonly timers?: Timers
  /** Uniform in [0, 1), for the jitter of reconnects. */
  readonly random?: () => number
  readonly timings?: Partial<ClientTimings>
  /**
   * Called for every packet of the selection, in order of arrival; `bytes` are valid until it returns. The position is the
   * packet's own, for those who queue packets and save positions only of what they have processed.
   */
  readonly onPacket: (packet: Packet, position: Position) => void
  readonly onState?: (change: StateChange) => void
  /** The server says that nothing more will come: flush. */
  readonly onEnd?: () => void
  /** A resume left a hole: fetch it (`fetchWindow`) where the server still has it. Comes before the packet behind the hole. */
  readonly onBacklogSkipped?: (skipped: BacklogSkipped) => void
  readonly onProblem: OnProblem
}

export interface ClientCounts {
  readonly packets: number
  /** Packets that nobody asked for, by channel or by time. */
  readonly unselected: number
  readonly connections: number
  /** How often a resume left a hole. */
  readonly backlogsSkipped: number
}

/** What one connection is to say. */
export function sessionOptionsOf(
  options: Pick<
    SeedlinkClientOptions,
    'credentials' | 'highestProtocol' | 'handshakeV3' | 'filter' | 'span' | 'mode' | 'userAgent'
  >,
  requests: Pick<SessionOptions, 'selections' | 'positions' | 'infoLevel' | 'infoStation'>,
): SessionOptions {
  const { credentials, handshakeV3, filter, span, mode, userAgent = defaultUserAgent() } = options
  const highestProtocol = handshakeV3 === 'uni-station' ? 3 : options.highestProtocol
  return {
    ...requests,
    recordLength: (bytes) => detectRecordLength(bytes),
    userAgent,
    ...(credentials && { credentials }),
    ...(highestProtocol && { highestProtocol }),
    ...(handshakeV3 && { handshakeV3 }),
    ...(filter && { filter }),
    ...(span && { span }),
    ...(mode && { mode }),
  }
}

/** @throws {ConfigError} for an address, stations or credentials that are none */
export function checkOptions({ url, stations, credentials, handshakeV3, stationsPerConnection }: SeedlinkClientOptions): {
  address: ServerAddress
  selections: readonly StationSelection[]
} {
  checkCredentials(credentials)
  const selections = selectionsOf(stations)
  if (handshakeV3 === 'uni-station' && selections.length !== 1) {
    const got = selections.length
    throw new ConfigError(`SeedLink uni-station mode: expected one station, got ${got}; ask for several in multi-station mode`, {
      got,
    })
  }
  if (stationsPerConnection !== undefined && !(stationsPerConnection >= 1)) {
    const got = stationsPerConnection
    throw new ConfigError(`SeedLink stationsPerConnection: expected at least 1, got ${got}`, { got })
  }
  return { address: parseServerAddress(url), selections }
}

/** @throws {ConfigError} for what cannot be a word of a command; never shows the secret */
export function checkCredentials(credentials: Credentials | undefined): void {
  if (credentials === undefined) return
  const words = credentials.kind === 'token' ? [credentials.token] : [credentials.user, credentials.password]
  if (words.every((word) => /^[\x21-\x7e]+$/.test(word))) return
  const expected = 'printable ASCII without blanks'
  throw new ConfigError(`SeedLink credentials: expected ${expected}, which is all that AUTH can carry`, { expected })
}

function selectionsOf(stations: readonly string[]): readonly StationSelection[] {
  const { selections, invalid } = parseSelections(stations)
  if (invalid.length === 0 && selections.length > 0) return selections
  const got = invalid.length > 0 ? invalid.join(', ') : 'none'
  throw new ConfigError(`SeedLink stations: expected NET_STA or NET_STA_LOC_BS, got ${got}`, { got })
}
