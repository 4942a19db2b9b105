import type { Socket } from 'node:net'
import { type MonitorError, SeedlinkProtocolError } from '../../domain/errors.ts'
import { ClientSession, type SessionOptions, type SessionOutput } from '../../seedlink/client-session.ts'
import type { ServerAddress } from './client-address.ts'
import { connectionError, linkError, openSocket, type TlsOptions } from './client-socket.ts'
import type { ClientTimings, Timers } from './client-timings.ts'

/** For the last bytes to get out when the server does not read. */
const GOODBYE_SECONDS = 5

export interface ConnectionOptions {
  readonly address: ServerAddress
  /** For error messages: the how manieth try this is. */
  readonly attempt: number
  readonly tls: TlsOptions
  readonly session: SessionOptions
  readonly timings: ClientTimings
  readonly timers: Timers
  readonly onOutput: (output: SessionOutput) => void
  /** True when a keepalive stays without an answer, false when bytes come again. */
  readonly onStalled: (isStalled: boolean) => void
  /** Called once, unless we closed it: why the link is lost. */
  readonly onLost: (error: MonitorError) => void
}

/**
 * One TCP connection: a session with a socket and an eye on its silence. The socket is never paused: ringserver drops a client
 * that does not read for ten seconds.
 */
export class SeedlinkConnection {
  readonly #options: ConnectionOptions
  readonly #session: ClientSession
  readonly #socket: Socket
  #cancelWatch: () => void
  #isClosed = false
  #phase: 'connecting' | 'handshake' | 'streaming' = 'connecting'
  #pieces = 0
  /** When the last complete piece came, or was first waited for; ms. */
  #heardAt: number
  #askedAt: number | undefined
  #isStalled = false

  constructor(options: ConnectionOptions) {
    const { address, attempt, tls, timings, timers } = options
    this.#options = options
    this.#session = new ClientSession(options.session, (output) => this.#onOutput(output))
    this.#heardAt = timers.now()
    this.#cancelWatch = timers.after(timings.connectSeconds, this.#watch)
    this.#socket = openSocket(address, tls, timings.tcpKeepAliveSeconds, this.#onReady)
    this.#socket.on('data', this.#onData)
    this.#socket.on('error', (cause) => this.#lose(connectionError(address, attempt, cause)))
    this.#socket.on('close', () => this.#lose(linkError(address, attempt, 'closed by the server without END')))
  }

  /** Ends a connection that still works: the server is told. Nothing is reported any more. */
  leave(): void {
    if (this.#isClosed) return
    if (this.#phase !== 'connecting') this.#session.bye()
    this.#isClosed = true
    this.#cancelWatch()
    const cancel = this.#options.timers.after(GOODBYE_SECONDS, () => this.#socket.destroy())
    this.#socket.once('close', cancel)
    this.#socket.destroySoon()
  }

  /** Ends the connection from our side; nothing is reported any more. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelWatch()
    this.#session.stop()
    this.#socket.destroy()
  }

  readonly #onReady = (): void => {
    if (this.#isClosed) return
    this.#phase = 'handshake'
    this.#heardAt = this.#options.timers.now()
    this.#watchAgain(this.#options.timings.replySeconds)
    this.#session.start()
  }

  readonly #onData = (bytes: Uint8Array): void => {
    if (this.#isClosed) return
    try {
      this.#session.receive(bytes)
    } catch (error) {
      if (!(error instanceof SeedlinkProtocolError)) throw error
      this.#lose(error)
      return
    }
    if (this.#session.pieces === this.#pieces) return
    this.#pieces = this.#session.pieces
    this.#heardAt = this.#options.timers.now()
    this.#askedAt = undefined
    this.#setStalled(false)
  }

  #onOutput(output: SessionOutput): void {
    if (this.#isClosed) return
    if (output.kind === 'send') {
      this.#socket.write(output.text)
      return
    }
    if (output.kind === 'streaming') {
      this.#phase = 'streaming'
      this.#watchAgain(this.#options.timings.keepAliveSeconds)
    }
    this.#options.onOutput(output)
  }

  /** Looks at the silence so far, acts on it, and says when to look again. */
  readonly #watch = (): void => {
    if (this.#isClosed) return
    const { address, attempt, timings, timers } = this.#options
    const { connectSeconds, replySeconds, keepAliveSeconds, deadSeconds } = timings
    const now = timers.now()
    const silence = (now - this.#heardAt) / 1000
    if (this.#phase === 'connecting') {
      this.#lose(linkError(address, attempt, `expected a connection within ${connectSeconds} s, got none`))
    } else if (this.#phase === 'handshake') {
      if (silence < replySeconds) this.#watchAgain(replySeconds - silence)
      else this.#lose(linkError(address, attempt, `expected a reply within ${replySeconds} s, got none`))
    } else if (silence >= deadSeconds) {
      this.#lose(linkError(address, attempt, `expected a sign of life within ${deadSeconds} s, got none`))
    } else if (silence < keepAliveSeconds) {
      this.#watchAgain(keepAliveSeconds - silence)
    } else {
      this.#watchAgain(Math.min(this.#askForLife(now), deadSeconds - silence))
    }
  }

  /** Asks once per silence. @returns seconds until the next look is due */
  #askForLife(now: number): number {
    const { keepAliveSeconds, replySeconds } = this.#options.timings
    if (this.#askedAt === undefined) {
      this.#askedAt = now
      this.#session.keepAlive()
    }
    const waited = (now - this.#askedAt) / 1000
    if (waited >= replySeconds) this.#setStalled(true)
    return waited < replySeconds ? Math.min(keepAliveSeconds, replySeconds - waited) : keepAliveSeconds
  }

  #watchAgain(seconds: number): void {
    this.#cancelWatch()
    this.#cancelWatch = this.#options.timers.after(seconds, this.#watch)
  }

  #setStalled(isStalled: boolean): void {
    if (isStalled === this.#isStalled || this.#isClosed) return
    this.#isStalled = isStalled
    this.#options.onStalled(isStalled)
  }

  #lose(error: MonitorError): void {
    if (this.#isClosed) return
    this.close()
    this.#options.onLost(error)
  }
}
