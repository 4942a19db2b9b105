import { ConfigError } from '../../domain/errors.ts'
import type { Packet } from '../../domain/packet.ts'
import type { Clock } from '../../domain/ports.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import type { WindowOutcome } from '../../seedlink/window-progress.ts'
import { SeedlinkClient } from './client.ts'
import type { SeedlinkClientOptions } from './client-options.ts'
import type { LinkState, StationState } from './client-state.ts'

export interface FetchOptions
  extends Pick<
    SeedlinkClientOptions,
    'credentials' | 'tls' | 'userAgent' | 'highestProtocol' | 'stationsPerConnection' | 'timings' | 'timers' | 'random'
  > {
  /** For `receivedAt`, and to know whether the end of the window has come yet. Default: the system's. */
  readonly clock?: Clock
  /** Connections that may fail in a row before it gives up. Default 3. */
  readonly attempts?: number
  /** Ends the fetch early, as failed. */
  readonly signal?: AbortSignal
}

export interface FetchResult {
  /**
   * `end`: the server said so. `complete`: every channel reached the end of the window. `quiet`: some channel did, the others stopped
   * before. `silent`: none did. `failed`: the server could not be asked to the end; what came was handed out.
   */
  readonly outcome: WindowOutcome | 'failed'
  /** Why it failed, or why a connection's share of the stations could not be asked for. */
  readonly reason?: string
  readonly packets: number
  /** Per `NET_STA`; `rejected` says why. */
  readonly stations: ReadonlyMap<string, StationState>
  readonly problems: readonly Problem[]
}

const SYSTEM_CLOCK: Clock = { now: () => Date.now() * 1000 }
const DEFAULT_ATTEMPTS = 3
/** Problems kept for the result. */
const MAX_PROBLEMS = 100

/**
 * Fetches a past time window on a connection of its own: what a resume has skipped, or any other piece of a server's buffer.
 * Records that overlap the window come whole; a link that breaks goes on where it was.
 *
 * @param selections as `stations` of the client: `NET_STA_LOC_BS` or `NET_STA`
 * @param from µs since 1970, inclusive
 * @param to µs since 1970, exclusive
 * @throws {ConfigError} for an address, stations, credentials or a window that are none; nothing else is thrown
 */
export async function fetchWindow(
  url: string,
  selections: readonly string[],
  from: Micros,
  to: Micros,
  onPacket: (packet: Packet) => void,
  options: FetchOptions = {},
): Promise<FetchResult> {
  const { clock = SYSTEM_CLOCK, attempts = DEFAULT_ATTEMPTS, signal, ...rest } = options
  if (!(from < to)) {
    const expected = 'a beginning before its end'
    throw new ConfigError(`SeedLink time window: expected ${expected}, got ${from} to ${to} µs`, { expected })
  }
  const problems: Problem[] = []
  let failures = 0
  const outcomes = new Map<number, WindowOutcome>()
  /** Connections of which all stations are refused. */
  const refused = new Map<number, string>()
  return new Promise((resolve) => {
    const settle = (failure?: string): void => {
      signal?.removeEventListener('abort', onAbort)
      const result = { packets: client.counts.packets, stations: new Map(client.stationStates), problems }
      client.close()
      const [reason] = refused.values()
      if (failure !== undefined) resolve({ outcome: 'failed', reason: failure, ...result })
      else resolve({ outcome: worst(outcomes), ...(reason === undefined ? {} : { reason }), ...result })
    }
    const onAbort = (): void => settle('aborted')
    const onLink = (link: number, state: LinkState): void => {
      if (state.kind === 'streaming') refused.delete(link)
      if (state.kind === 'ended') outcomes.set(link, state.outcome)
      else if (state.kind === 'rejected') refused.set(link, state.reason)
      else if (state.kind === 'unauthorised') settle(state.reason)
      else if (state.kind === 'waiting' && state.attempt > 1 && ++failures >= attempts) settle(state.reason)
      // The client itself tells when all have ended; it would ask again for what was refused.
      const isOver = refused.size > 0 && outcomes.size + refused.size === client.linkStates.length
      if (isOver) settle(outcomes.size === 0 ? [...refused.values()].join('; ') : undefined)
    }
    const client = new SeedlinkClient({
      ...rest,
      url,
      stations: selections,
      span: { start: from, end: to },
      clock,
      onPacket(packet) {
        failures = 0
        onPacket(packet)
      },
      onState: (change) => change.scope === 'link' && onLink(change.link, change.state),
      onEnd: () => settle(),
      onProblem: (problem) => problems.length < MAX_PROBLEMS && problems.push(problem),
    })
    if (signal?.aborted) onAbort()
    else {
      signal?.addEventListener('abort', onAbort)
      client.start()
    }
  })
}

const FROM_BAD_TO_GOOD: readonly WindowOutcome[] = ['silent', 'quiet', 'complete', 'end']

function worst(outcomes: ReadonlyMap<number, WindowOutcome>): WindowOutcome {
  return FROM_BAD_TO_GOOD.find((each) => [...outcomes.values()].includes(each)) ?? 'end'
}
