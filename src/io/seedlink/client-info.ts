import { type MonitorError, SeedlinkProtocolError } from '../../domain/errors.ts'
import type { Credentials } from '../../seedlink/handshake.ts'
import { type InfoLevel, parseInfo, type ServerInfo } from '../../seedlink/info.ts'
import { ResumePositions } from '../../seedlink/resume-positions.ts'
import { parseServerAddress } from './client-address.ts'
import { SeedlinkConnection } from './client-connection.ts'
import { checkCredentials, sessionOptionsOf } from './client-options.ts'
import { linkError, type TlsOptions } from './client-socket.ts'
import { type ClientTimings, DEFAULT_CLIENT_TIMINGS, SYSTEM_TIMERS, type Timers } from './client-timings.ts'

export interface InfoOptions {
  readonly credentials?: Credentials
  readonly tls?: TlsOptions
  readonly userAgent?: string
  readonly highestProtocol?: 3 | 4
  /** v4 only: of these stations (`NET_STA`, `*` and `?` allowed) instead of all. A v3 server answers for all. */
  readonly station?: string
  readonly timings?: Partial<ClientTimings>
  readonly timers?: Timers
}

/** An answer as the server wrote it. */
export interface RawInfo {
  /** XML of v3 (from its miniSEED text records), JSON of v4. */
  readonly format: 'xml' | 'json'
  readonly text: string
  /** The server refuses the level. */
  readonly isError: boolean
}

/**
 * Asks a server one INFO level on a short connection of its own: while streaming some servers answer only `INFO ID`.
 * A level the server refuses gives `error`, and whatever it says besides.
 *
 * @throws {ConfigError} when the address is none
 * @throws {SeedlinkConnectionError} when the server cannot be reached, stays silent or never finishes
 * @throws {SeedlinkProtocolError} when the answer cannot be read
 */
export async function requestInfo(url: string, infoLevel: InfoLevel, options: InfoOptions = {}): Promise<ServerInfo> {
  const { format, text, isError } = await requestRawInfo(url, infoLevel, options)
  return parseInfo(format, text, isError)
}

/** As `requestInfo`, without reading the answer: for what `ServerInfo` has no place for. */
export async function requestRawInfo(url: string, infoLevel: InfoLevel, options: InfoOptions = {}): Promise<RawInfo> {
  const { tls = {}, timers = SYSTEM_TIMERS, station } = options
  checkCredentials(options.credentials)
  const address = parseServerAddress(url)
  const timings = { ...DEFAULT_CLIENT_TIMINGS, ...options.timings }
  let connection: SeedlinkConnection | undefined
  let cancel = () => {}
  try {
    return await new Promise<RawInfo>((resolve, reject: (error: MonitorError) => void) => {
      cancel = timers.after(timings.infoSeconds, () =>
        reject(linkError(address, 1, `expected an INFO answer within ${timings.infoSeconds} s, got no end of it`)),
      )
      connection = new SeedlinkConnection({
        address,
        attempt: 1,
        tls,
        timings,
        timers,
        session: sessionOptionsOf(options, {
          selections: [],
          positions: new ResumePositions(),
          infoLevel,
          ...(station !== undefined && { infoStation: station }),
        }),
        onOutput(output) {
          if (output.kind === 'info') resolve(output)
          else if (output.kind === 'failed') reject(refusal(infoLevel, address.url, output.text))
        },
        onStalled() {},
        onLost: reject,
      })
    })
  } finally {
    cancel()
    connection?.leave()
  }
}

function refusal(infoLevel: InfoLevel, url: string, text: string): SeedlinkProtocolError {
  return new SeedlinkProtocolError(`SeedLink INFO ${infoLevel}: refused by ${url}: ${text}`, { got: text })
}
