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
