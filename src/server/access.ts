import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../contract/config.ts'
import { HttpError } from './http-error.ts'

/** Cookie with the token, set by POST /api/login. */
export const TOKEN_COOKIE = 'quakewire_token'

/**
 * Who may ask. With a token: who shows it, as `Authorization: Bearer …` or as the cookie. Without one the monitor listens on loopback
 * only, and then asks that the page believes so, too: a foreign name that resolves to 127.0.0.1 (DNS rebinding) is refused.
 */
export class Access {
  readonly #token: Buffer | undefined

  constructor(token: string | undefined) {
    this.#token = token === undefined ? undefined : digest(token)
  }

  get isOpen(): boolean {
    return this.#token === undefined
  }

  isToken(text: string): boolean {
    return this.#token === undefined || timingSafeEqual(digest(text), this.#token)
  }

  /** @throws {HttpError} UNAUTHORISED */
  checkToken(headers: IncomingHttpHeaders): void {
    if (this.#token === undefined) return
    const shown = bearerOf(headers) ?? cookieOf(headers)
    if (shown === undefined) throw new HttpError('UNAUTHORISED', 'token: expected Authorization: Bearer or a login, got none')
    if (!this.isToken(shown)) throw new HttpError('UNAUTHORISED', 'token: expected the one in QUAKEWIRE_TOKEN, got another')
  }

  /** @throws {HttpError} FOREIGN_ORIGIN for pages of other sites and for foreign names of this machine */
  checkOrigin({ host = '', origin }: IncomingHttpHeaders): void {
    if (this.#token === undefined && !isLoopback(nameOf(host))) {
      throw new HttpError('FOREIGN_ORIGIN', `host: expected localhost, got ${host || 'none'}; set a token to use other names`)
    }
    if (origin !== undefined && hostOf(origin) !== host) {
      throw new HttpError('FOREIGN_ORIGIN', `origin: expected a page of ${host}, got ${origin}`)
    }
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
}

function cookieOf({ cookie = '' }: IncomingHttpHeaders): string | undefined {
  for (const pair of cookie.split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name === TOKEN_COOKIE) return decodeURIComponent(value)
  }
  return undefined
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
