import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../contract/config.ts'
import { HttpError } from './http-error.ts'

/** Set by POST /api/login; holds the token's digest, so that any character may be in a token. */
const COOKIE = 'quakewire_login'

/**
 * Who may ask. With a token: who shows it, as `Authorization: Bearer …` or as the cookie. Without one the monitor listens on loopback
 * only, and then asks that the page believes so, too: a foreign name that resolves to 127.0.0.1 (DNS rebinding) is refused.
 */
export class Access {
  /** Digest of the token: of one length, so that comparing takes one time. */
  readonly #token: Buffer | undefined

  constructor(token: string | undefined) {
    this.#token = token === undefined ? undefined : digest(token)
  }

  /**
   * @returns the cookie that stands for the token
   * @throws {HttpError} UNAUTHORISED for another token
   */
  login(token: string): string {
    if (!this.#isToken(digest(token))) throw wrongToken()
    return `${COOKIE}=${digest(token).toString('hex')}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** @throws {HttpError} UNAUTHORISED */
  checkToken(headers: IncomingHttpHeaders): void {
    if (this.#token === undefined) return
    const shown = bearerOf(headers) ?? cookieOf(headers)
    if (shown === undefined) throw new HttpError('UNAUTHORISED', 'token: expected Authorization: Bearer or a login, got none')
    if (!this.#isToken(shown)) throw wrongToken()
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

  #isToken(shown: Buffer): boolean {
    return this.#token === undefined || timingSafeEqual(shown, this.#token)
  }
}

function wrongToken(): HttpError {
  return new HttpError('UNAUTHORISED', 'token: expected the one in QUAKEWIRE_TOKEN, got another')
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function bearerOf({ authorization }: IncomingHttpHeaders): Buffer | undefined {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1]
  return token === undefined ? undefined : digest(token)
}

function cookieOf({ cookie = '' }: IncomingHttpHeaders): Buffer | undefined {
  const shown = new RegExp(`(?:^|; ?)${COOKIE}=([0-9a-f]{64})(?:;|$)`).exec(cookie)?.[1]
  return shown === undefined ? undefined : Buffer.from(shown, 'hex')
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
