import { ConfigError } from '../../domain/errors.ts'
import type { Packet } from '../../domain/packet.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { StationId } from '../../domain/source-id.ts'
import { detectRecordLength } from '../../miniseed/record-length.ts'
import type { SessionOptions } from '../../seedlink/client-session.ts'
import type { RequestMode, TimeSpan } from '../../seedlink/commands.ts'
import type { Credentials } from '../../seedlink/handshake.ts'
import type { Position } from '../../seedlink/resume-positions.ts'
import { parseSelections, type StationSelection } from '../../seedlink/selection.ts'
import { version } from '../version.ts'
import { parseServerAddress, type ServerAddress } from './client-address.ts'
import type { TlsOptions } from './client-socket.ts'
import type { StateChange } from './client-state.ts'
import type { ClientTimings, Timers } from './client-timings.ts'

/** `quakewire/` and the version of the package. */
function defaultUserAgent(): string {
  return `quakewire/${version()}`
}

export interface SeedlinkClientOptions {
  /** `seedlink://host:port`, or `seedlinks://` for TLS. */
  readonly url: string
  /** `NET_STA_LOC_BS` (three components of one instrument), `NET_STA` (everything), or with `*` and `?` where the server can. */
  readonly stations: readonly string[]
  /** Where to go on, as `positions()` gave it before a restart. */
  readonly resume?: ReadonlyMap<StationId, Position>
  readonly credentials?: Credentials
  readonly tls?: TlsOptions
  /** Shown in the server's log. */
  readonly userAgent?: string
  /** 3: never negotiate v4. Default 4. */
  readonly highestProtocol?: 3 | 4
  /** A past time span instead of the live stream; after its END the client is closed. A broken link asks for all of it again. */
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
  readonly onProblem: OnProblem
}

export interface ClientCounts {
  readonly packets: number
  /** Packets that nobody asked for. */
  readonly unselected: number
  readonly connections: number
}

/** What one connection is to say. */
export function sessionOptionsOf(
  options: Pick<SeedlinkClientOptions, 'credentials' | 'highestProtocol' | 'span' | 'mode' | 'userAgent'>,
  requests: Pick<SessionOptions, 'selections' | 'positions' | 'infoLevel'>,
): SessionOptions {
  const { credentials, highestProtocol, span, mode, userAgent = defaultUserAgent() } = options
  return {
    ...requests,
    recordLength: (bytes) => detectRecordLength(bytes),
    userAgent,
    ...(credentials && { credentials }),
    ...(highestProtocol && { highestProtocol }),
    ...(span && { span }),
    ...(mode && { mode }),
  }
}

/** @throws {ConfigError} for an address, stations or credentials that are none */
export function checkOptions({ url, stations, credentials }: SeedlinkClientOptions): {
  address: ServerAddress
  selections: readonly StationSelection[]
} {
  checkCredentials(credentials)
  return { address: parseServerAddress(url), selections: selectionsOf(stations) }
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
