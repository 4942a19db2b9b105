import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { ConfigError } from '../../domain/errors.ts'
import type { OnProblem } from '../../domain/problem.ts'

/** Certificate (with its chain) and private key, as PEM. */
export interface ServerTls {
  readonly cert: string | Uint8Array
  readonly key: string | Uint8Array
}

export interface ListenerOptions {
  readonly tls?: ServerTls
  readonly maxClients: number
  readonly maxClientsPerAddress?: number
  readonly onSocket: (socket: Socket) => void
  readonly onProblem: OnProblem
}

/** Longest TLS handshake: whoever says nothing does not hold a place. */
const TLS_HANDSHAKE_MILLIS = 10_000

/** A TCP or TLS server that lets in no more clients than it should. */
export function createListener({ tls, maxClients, maxClientsPerAddress, onSocket, onProblem }: ListenerOptions): Server {
  const perAddress = new Map<string, number>()
  const welcome = (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const others = perAddress.get(address) ?? 0
    if (maxClientsPerAddress !== undefined && others >= maxClientsPerAddress) {
      refuse(`${others} are connected already from this address`, `${address}:${socket.remotePort}`)
      // A refusal that meets a socket already gone is no news.
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    perAddress.set(address, others + 1)
    socket.once('close', () => leave(perAddress, address))
    onSocket(socket)
  }
  const refuse = (reason: string, where: string) =>
    onProblem({ code: 'SERVER_FULL', message: `client refused: ${reason}`, where })
  // TLS has no half-open sockets worth waiting for: its close is a message of both sides.
  const server = tls ? tlsServer(tls, welcome) : createServer({ allowHalfOpen: true }, welcome)
  // A client without TLS, or one that does not trust the certificate, is its own problem; it is closed by then.
  server.on('tlsClientError', () => {})
  server.maxConnections = maxClients
  server.on('drop', (drop) => refuse(`${maxClients} are connected already`, `${drop?.remoteAddress}:${drop?.remotePort}`))
  return server
}

/** @throws {ConfigError} when certificate and key are none, or do not belong together */
function tlsServer({ cert, key }: ServerTls, welcome: (socket: Socket) => void): Server {
  try {
    return createTlsServer({ cert: pem(cert), key: pem(key), handshakeTimeout: TLS_HANDSHAKE_MILLIS }, welcome)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`serve: expected a certificate and its private key as PEM, got ${reason}`, {}, error)
  }
}

function leave(perAddress: Map<string, number>, address: string): void {
  const rest = (perAddress.get(address) ?? 1) - 1
  if (rest > 0) perAddress.set(address, rest)
  else perAddress.delete(address)
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text)
}
