import { ConfigError } from '../../domain/errors.ts'

/** SeedLink 4.0: 18000 plain, 18500 TLS from the first byte. */
const DEFAULT_PORT = 18_000
const DEFAULT_TLS_PORT = 18_500

export interface ServerAddress {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  /** The canonical URL: what packets carry as their origin and positions are kept under. */
  readonly url: string
}

/**
 * Reads `seedlink://host:port`, `seedlinks://host:port` (TLS), `seedlink://[::1]:18000`, `host:port` or `host`.
 *
 * @throws {ConfigError} for anything else; user and password do not belong in an address, which is logged and stored
 */
export function parseServerAddress(text: string): ServerAddress {
  const fault = (expected: string) =>
    new ConfigError(`SeedLink address: expected ${expected}, got ${JSON.stringify(text)}`, { expected })
  const form = 'seedlink://host:port or seedlinks://host:port'
  const whole = text.includes('://') ? text : `seedlink://${text}`
  if (!/^seedlinks?:\/\//i.test(whole)) throw fault(form)
  if (!URL.canParse(whole)) throw fault(form)
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(whole)
  if (username !== '' || password !== '') {
    const expected = 'no user and password in the address; give them as credentials'
    throw new ConfigError(`SeedLink address: expected ${expected}`, { expected })
  }
  if (hostname === '' || !(pathname === '' || pathname === '/') || search !== '' || hash !== '') throw fault(form)
  if (port === '0') throw fault('a port from 1 to 65535')
  const isTls = protocol === 'seedlinks:'
  const number = port === '' ? (isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Number(port)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: number, isTls, url: `${protocol}//${hostname}:${number}` }
}
