import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { SeedlinkConnectionError } from '../../domain/errors.ts'
import type { ServerAddress } from './client-address.ts'

/** Certificates are verified unless told otherwise. */
export interface TlsOptions {
  /** Own certificate authority, PEM. */
  readonly ca?: string | Uint8Array
  /** Own certificate and its key, PEM, for servers that want to know who asks. */
  readonly certificate?: string | Uint8Array
  readonly key?: string | Uint8Array
  readonly passphrase?: string
  /** Name the server's certificate is for, where it differs from the host of the address. */
  readonly serverName?: string
  /** False accepts any certificate: only for tests. Default true. */
  readonly isVerified?: boolean
}

/** Opens the TCP or TLS connection; `onReady` is called when bytes may be sent. */
export function openSocket(address: ServerAddress, tls: TlsOptions, tcpKeepAliveSeconds: number, onReady: () => void): Socket {
  const { host, port, isTls } = address
  const socket = isTls
    ? connectTls({
        host,
        port,
        servername: tls.serverName ?? (isIP(host) ? '' : host),
        rejectUnauthorized: tls.isVerified ?? true,
        ...(tls.ca !== undefined && { ca: pem(tls.ca) }),
        ...(tls.certificate !== undefined && { cert: pem(tls.certificate) }),
        ...(tls.key !== undefined && { key: pem(tls.key) }),
        ...(tls.passphrase !== undefined && { passphrase: tls.passphrase }),
      })
    : connect({ host, port })
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    socket.setKeepAlive(true, tcpKeepAliveSeconds * 1000)
    socket.setNoDelay(true)
    onReady()
  })
  return socket
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is a server running there?',
  ECONNRESET: 'connection reset by the server',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'no such host; check the name',
  EAI_AGAIN: 'the name cannot be resolved now',
  EPIPE: 'the server has closed the connection',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate; give its authority as ca',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate of an unknown authority; give it as ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate of an unknown authority; give it as ca',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host; give its name as serverName',
}

/** The one place where what a socket reports becomes an error of ours. */
export function connectionError(address: ServerAddress, attempt: number, cause: unknown): SeedlinkConnectionError {
  const code = codeOf(cause)
  const reason = (code && REASONS[code]) ?? (cause instanceof Error ? cause.message : String(cause))
  return linkError(address, attempt, reason, cause)
}

/** A failure of the link that no socket reported: silence, a close without END. */
export function linkError(address: ServerAddress, attempt: number, reason: string, cause?: unknown): SeedlinkConnectionError {
  const { host, port, url } = address
  return new SeedlinkConnectionError(
    `SeedLink connection to ${url}: ${reason}`,
    { host, port, attempt, code: codeOf(cause) },
    cause,
  )
}

/** Node tries several addresses of a name and reports one error for each. */
function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined
  if ('code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : undefined
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text)
}
