import type { AddressInfo, Server } from 'node:net'
import { SeedlinkConnectionError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { MICROS_PER_SECOND } from '../../domain/time.ts'
import type { ServerFacts } from '../../seedlink/server-info.ts'
import type { SessionHost } from '../../seedlink/server-session.ts'
import { type AlarmClock, systemAlarmClock } from './server-clock.ts'
import { ServerConnection } from './server-connection.ts'
import { type DrillLog, DrillRun } from './server-drill-run.ts'
import { createListener, type ServerTls } from './server-listener.ts'
import { Playback } from './server-playback.ts'
import type { RecordSource } from './server-source.ts'

export interface SeedlinkServerOptions {
  readonly source: RecordSource
  /** Data seconds per wall second, Infinity for as fast as clients read. Default 1. */
  readonly speed?: number
  /** Shift all times by whole seconds so that playback begins at the present. Default false. */
  readonly isNow?: boolean
  /** Begin again at the end of the archive, one second later, and never send END. Default false. */
  readonly isLoop?: boolean
  /** Number of the first record. Default 1. */
  readonly firstNumber?: number
  /** TLS from the first byte. */
  readonly tls?: ServerTls
  /** Whether user and password belong together; without it the server is open to all. */
  readonly authenticate?: (user: string, password: string) => boolean
  /** Seconds after which a client that does not read is cut. Default 10, at infinite speed 60. */
  readonly stallSeconds?: number
  /** Seconds after which a client that neither streams nor speaks is cut. Default 3600, as ringserver. */
  readonly idleSeconds?: number
  /** Further clients are refused. Default 600, as ringserver. */
  readonly maxClients?: number
  /** The same per address. Default: no limit of its own. */
  readonly maxClientsPerAddress?: number
  /** Is told what really left: with a source that injects faults, or without. */
  readonly drillLog?: DrillLog
  /** `name/version` in HELLO. Default `Quakewire`. */
  readonly software?: string
  /** Second line of HELLO. */
  readonly organisation?: string
  readonly clock?: AlarmClock
  /** Slow clients, records that cannot be repacked, an archive that cannot be read. */
  readonly onProblem?: OnProblem
}

export interface ListenAddress {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

const STALL_SECONDS = 10
/** At infinite speed a client is as fast as it can be; it may well stop to think. */
const UNPACED_STALL_SECONDS = 60
const IDLE_SECONDS = 3600
const MAX_CLIENTS = 600

/**
 * A SeedLink 3.1 and 4.0 server that plays an archive.
 *
 * @example
 * const server = new SeedlinkServer({ source: archive, speed: 10 })
 * const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
 * // … clients come and go …
 * await server.close()
 */
export class SeedlinkServer {
  readonly #options: SeedlinkServerOptions
  readonly #server: Server
  readonly #playback: Playback
  readonly #clock: AlarmClock
  readonly #software: string
  readonly #startedAt: number
  readonly #onProblem: OnProblem
  readonly #connections = new Set<ServerConnection>()
  #address: ListenAddress | undefined
  #cancelRestart: () => void = () => {}
  #isClosed = false

  /** Reads the headers of all records once. */
  constructor(options: SeedlinkServerOptions) {
    const { source, speed = 1, isNow = false, isLoop = false, firstNumber = 1 } = options
    this.#options = options
    this.#clock = options.clock ?? systemAlarmClock
    this.#onProblem = options.onProblem ?? (() => {})
    this.#startedAt = this.#clock.now()
    this.#software = `SeedLink v4.0 (${options.software ?? 'Quakewire'}) :: SLPROTO:4.0 SLPROTO:3.1 CAP`
    this.#playback = new Playback(source, { speed, isNow, isLoop, firstNumber, clock: this.#clock })
    this.#server = this.#createServer()
  }

  /**
   * @returns the address with the port really taken
   * @throws {SeedlinkConnectionError} when the address cannot be had
   */
  listen({ host, port }: ListenAddress): Promise<ListenAddress> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        const message = `serve: cannot listen on ${host}:${port}: ${cause.message}; choose another address with --listen`
        reject(new SeedlinkConnectionError(message, { host, port }, cause))
      }
      this.#server.once('error', fail)
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', fail)
        this.#server.on('error', ({ message }) => this.#onProblem({ code: 'SERVER_SOCKET', message: `serve: ${message}` }))
        this.#address = { host, port: (this.#server.address() as AddressInfo).port }
        resolve(this.#address)
      })
    })
  }

  /** Cuts all clients; resolves when the port is free again. */
  close(): Promise<void> {
    this.#isClosed = true
    this.#cancelRestart()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const connection of this.#connections) connection.close()
    })
  }

  #createServer(): Server {
    const { tls, maxClients = MAX_CLIENTS, maxClientsPerAddress } = this.#options
    const context = this.#context()
    return createListener({
      ...(tls ? { tls } : {}),
      maxClients,
      ...(maxClientsPerAddress === undefined ? {} : { maxClientsPerAddress }),
      onProblem: this.#onProblem,
      onSocket: (socket) => {
        const connection = new ServerConnection(socket, context)
        this.#connections.add(connection)
        socket.once('close', () => this.#connections.delete(connection))
      },
    })
  }

  #context(): ConstructorParameters<typeof ServerConnection>[1] {
    const { drillLog, idleSeconds = IDLE_SECONDS } = this.#options
    const playback = this.#playback
    const stallSeconds = this.#options.stallSeconds ?? (playback.isPaced ? STALL_SECONDS : UNPACED_STALL_SECONDS)
    const drill = drillLog && new DrillRun({ log: drillLog, playback, restart: (seconds) => this.#restart(seconds) })
    return {
      host: this.#host(),
      playback,
      clock: this.#clock,
      stallSeconds,
      idleSeconds,
      onProblem: this.#onProblem,
      ...(drill ? { drill } : {}),
    }
  }

  #host(): SessionHost {
    const { authenticate } = this.#options
    return {
      facts: () => this.#facts(),
      knowsStation: (pattern) => this.#playback.knowsStation(pattern),
      now: () => this.#clock.now(),
      ...(authenticate ? { authenticate } : {}),
    }
  }

  /** A drill plays a restart: nobody listens for a while, then the same port is open again. */
  #restart(downSeconds: number): void {
    const reopen = () => {
      if (!this.#isClosed && this.#address) this.#server.listen(this.#address)
    }
    this.#server.close(() => {
      this.#cancelRestart = this.#clock.wakeAt(this.#clock.now() + downSeconds * MICROS_PER_SECOND, reopen)
    })
    // What is on record as sent has to arrive: after a wipe nobody could ask for it again.
    for (const connection of this.#connections) connection.closeSoon()
  }

  #facts(): ServerFacts {
    const playback = this.#playback
    const connections = this.#connections
    return {
      software: this.#software,
      organisation: this.#options.organisation ?? 'Quakewire archive playback',
      startedAt: this.#startedAt,
      get stations() {
        return playback.stations()
      },
      get connections() {
        return [...connections].map((connection) => connection.facts())
      },
    }
  }
}
