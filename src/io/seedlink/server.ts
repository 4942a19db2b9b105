import { type AddressInfo, createServer, type Server } from 'node:net'
import { SeedlinkConnectionError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { ServerFacts } from '../../seedlink/server-info.ts'
import { type AlarmClock, systemAlarmClock } from './server-clock.ts'
import { type ConnectionContext, ServerConnection } from './server-connection.ts'
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
  /** Seconds after which a client that does not read is cut (never at infinite speed). Default 10. */
  readonly stallSeconds?: number
  /** Further clients are refused. Default 600, as ringserver. */
  readonly maxClients?: number
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
  readonly #server: Server
  readonly #playback: Playback
  readonly #software: string
  readonly #organisation: string
  readonly #startedAt: number
  readonly #onProblem: OnProblem
  readonly #connections = new Set<ServerConnection>()

  /** Reads the headers of all records once. */
  constructor(options: SeedlinkServerOptions) {
    const { source, speed = 1, isNow = false, isLoop = false, clock = systemAlarmClock, onProblem = () => {} } = options
    this.#startedAt = clock.now()
    this.#software = `SeedLink v4.0 (${options.software ?? 'Quakewire'}) :: SLPROTO:4.0 SLPROTO:3.1 CAP`
    this.#organisation = options.organisation ?? 'Quakewire archive playback'
    this.#playback = new Playback(source, { speed, isNow, isLoop, clock })
    this.#onProblem = onProblem
    this.#server = this.#createServer({
      host: {
        facts: () => this.#facts(),
        knowsStation: (pattern) => this.#playback.knowsStation(pattern),
        now: () => clock.now(),
      },
      playback: this.#playback,
      clock,
      stallSeconds: options.stallSeconds ?? 10,
      onProblem,
    })
    this.#server.maxConnections = options.maxClients ?? 600
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
        resolve({ host, port: (this.#server.address() as AddressInfo).port })
      })
    })
  }

  /** Cuts all clients; resolves when the port is free again. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const connection of this.#connections) connection.close()
    })
  }

  #createServer(context: ConnectionContext): Server {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = new ServerConnection(socket, context)
      this.#connections.add(connection)
      socket.once('close', () => this.#connections.delete(connection))
    })
    server.on('drop', (drop) => {
      const message = `client refused: ${server.maxConnections} are connected already`
      context.onProblem({ code: 'SERVER_FULL', message, where: `${drop?.remoteAddress}:${drop?.remotePort}` })
    })
    return server
  }

  #facts(): ServerFacts {
    const playback = this.#playback
    const connections = this.#connections
    return {
      software: this.#software,
      organisation: this.#organisation,
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
