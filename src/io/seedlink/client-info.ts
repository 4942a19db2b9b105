import { type MonitorError, SeedlinkProtocolError } from '../../domain/errors.ts'
import type { Credentials } from '../../seedlink/handshake.ts'
import { type InfoLevel, parseInfo, type ServerInfo } from '../../seedlink/info.ts'
import { ResumePositions } from '../../seedlink/resume-positions.ts'
import { parseServerAddress } from './client-address.ts'
import { SeedlinkConnection } from './client-connection.ts'
import { checkCredentials, sessionOptionsOf } from './client-options.ts'
import type { TlsOptions } from './client-socket.ts'
import { type ClientTimings, DEFAULT_CLIENT_TIMINGS, SYSTEM_TIMERS, type Timers } from './client-timings.ts'

export interface InfoOptions {
  readonly credentials?: Credentials
  readonly tls?: TlsOptions
  readonly userAgent?: string
  readonly highestProtocol?: 3 | 4
  readonly timings?: Partial<ClientTimings>
  readonly timers?: Timers
}

/**
 * Asks a server one INFO level on a short connection of its own: while streaming some servers answer only `INFO ID`.
 * A level the server refuses gives `error`, and whatever it says besides.
 *
 * @throws {ConfigError} when the address is none
 * @throws {SeedlinkConnectionError} when the server cannot be reached or stays silent
 * @throws {SeedlinkProtocolError} when the answer cannot be read
 */
export async function requestInfo(url: string, infoLevel: InfoLevel, options: InfoOptions = {}): Promise<ServerInfo> {
  const { tls = {}, timers = SYSTEM_TIMERS } = options
  checkCredentials(options.credentials)
  const address = parseServerAddress(url)
  const answer = await new Promise<{ format: 'xml' | 'json'; text: string; isError: boolean }>(
    (resolve, reject: (error: MonitorError) => void) => {
      const connection = new SeedlinkConnection({
        address,
        attempt: 1,
        tls,
        timings: { ...DEFAULT_CLIENT_TIMINGS, ...options.timings },
        timers,
        session: sessionOptionsOf(options, { selections: [], positions: new ResumePositions(), infoLevel }),
        onOutput(output) {
          if (output.kind !== 'info' && output.kind !== 'failed') return
          connection.close()
          if (output.kind === 'info') resolve(output)
          else
            reject(
              new SeedlinkProtocolError(`SeedLink INFO ${infoLevel}: refused by ${address.url}: ${output.text}`, {
                got: output.text,
              }),
            )
        },
        onStalled() {},
        onLost: reject,
      })
    },
  )
  return parseInfo(answer.format, answer.text, answer.isError)
}
