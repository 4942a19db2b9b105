import { ReconnectDelay } from '../../seedlink/reconnect-delay.ts'

/** How patient a client is; all in seconds. */
export interface ClientTimings {
  /** TCP, and TLS, established. */
  readonly connectSeconds: number
  /** Each reply of the handshake, and the reply to a keepalive. */
  readonly replySeconds: number
  /** Silence after which `INFO ID` asks for a sign of life. */
  readonly keepAliveSeconds: number
  /** Silence after which the link counts as dead. */
  readonly deadSeconds: number
  /** Interval of the operating system's own probes. */
  readonly tcpKeepAliveSeconds: number
  readonly firstDelaySeconds: number
  readonly longestDelaySeconds: number
  /** Flow of data after which the delay before a reconnect starts small again. */
  readonly settledSeconds: number
  /** How long refused stations wait for another try while others stream (it takes a new connection). */
  readonly retryRejectedSeconds: number
  /** How long refused credentials wait for another try. */
  readonly retryUnauthorisedSeconds: number
  /** Streaming, and this station has sent nothing: never heard. */
  readonly unheardSeconds: number
  /** How often a server without wildcards is asked for new stations. */
  readonly expandSeconds: number
  /** Between the first connects of several connections to one server; the half of it is random. */
  readonly staggerSeconds: number
  /** A whole INFO answer on a connection of its own. */
  readonly infoSeconds: number
  /** A time window whose channels have all reached its end: quiet after which it is over. */
  readonly windowSettleSeconds: number
  /** The same when only some of them have. */
  readonly windowQuietSeconds: number
  /** The same when none has, or nothing came at all. */
  readonly windowSilentSeconds: number
}

export const DEFAULT_CLIENT_TIMINGS: ClientTimings = {
  connectSeconds: 10,
  replySeconds: 30,
  keepAliveSeconds: 30,
  deadSeconds: 90,
  tcpKeepAliveSeconds: 30,
  firstDelaySeconds: 1,
  longestDelaySeconds: 60,
  settledSeconds: 60,
  retryRejectedSeconds: 3600,
  retryUnauthorisedSeconds: 3600,
  unheardSeconds: 120,
  expandSeconds: 3600,
  staggerSeconds: 1,
  infoSeconds: 120,
  windowSettleSeconds: 3,
  windowQuietSeconds: 30,
  windowSilentSeconds: 30,
}

export function reconnectDelay(timings: ClientTimings, random: () => number): ReconnectDelay {
  return new ReconnectDelay({
    firstMillis: timings.firstDelaySeconds * 1000,
    longestMillis: timings.longestDelaySeconds * 1000,
    settledMillis: timings.settledSeconds * 1000,
    random,
  })
}

/** Steady time and alarms; injected so that nothing hides a wall clock. */
export interface Timers {
  /** ms of a steady clock. */
  now(): number
  /** Calls once after `seconds`. @returns how to cancel it */
  after(seconds: number, call: () => void): () => void
}

/** Those of the operating system. */
export const SYSTEM_TIMERS: Timers = {
  now: () => performance.now(),
  after(seconds, call) {
    const handle = setTimeout(call, seconds * 1000)
    return () => clearTimeout(handle)
  },
}
