import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { HookMessage } from '../../contract/alert.ts'
import type { WebhookConfig } from '../../contract/alert-config.ts'
import type { AlertDeliveryError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import { MICROS_PER_SECOND } from '../../domain/time.ts'
import { deliveryError, type Hook } from './hook.ts'
import { type HttpAnswer, HttpPoster } from './http-post.ts'
import { RefusedAddressError } from './private-address.ts'
import { webhookBody, webhookTarget } from './webhook-body.ts'

/** The receiver will never take this message; every other answer may be another one tomorrow. */
const PERMANENT: ReadonlySet<number> = new Set([400, 413, 414, 415, 422])
const LONGEST_BODY_SHOWN = 120

/**
 * Posts JSON. Headers: `idempotency-key`, and with a secret `x-quakewire-timestamp` (seconds since 1970) and `x-quakewire-signature`
 * (`v1=` and the hexadecimal HMAC-SHA256 of timestamp, a dot and the body). Only a 2xx answer is a delivery; redirects are not followed.
 */
export class Webhook implements Hook {
  readonly kind = 'webhook'
  readonly name: string
  readonly #config: WebhookConfig
  readonly #clock: Clock
  readonly #poster: HttpPoster

  /** @param config with its secrets in place */
  constructor(name: string, config: WebhookConfig, clock: Clock) {
    this.name = name
    this.#config = config
    this.#clock = clock
    const url = webhookTarget(config.template, new URL(config.url))
    const ca = config.ca === undefined ? undefined : readFileSync(config.ca, 'utf8')
    this.#poster = new HttpPoster(url, { allowPrivate: config.allowPrivate, ca })
  }

  async send(message: HookMessage, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(webhookBody(message, this.#config))
    const answer = await this.#poster.post(body, this.#headers(message.key, body), signal).catch((error: unknown) => {
      throw this.#failure(error, signal)
    })
    if (answer.status < 200 || answer.status > 299) throw this.#refusal(answer)
  }

  async close(): Promise<void> {
    this.#poster.close()
  }

  #headers(key: string, body: string): Record<string, string> {
    const { headers, secret } = this.#config
    const timestamp = String(Math.floor(this.#clock.now() / MICROS_PER_SECOND))
    return {
      'content-type': 'application/json',
      'user-agent': 'quakewire',
      'idempotency-key': key,
      ...(secret === undefined
        ? {}
        : { 'x-quakewire-timestamp': timestamp, 'x-quakewire-signature': signature(secret, timestamp, body) }),
      ...headers,
    }
  }

  #refusal({ status, retryAfter, body }: HttpAnswer): AlertDeliveryError {
    const isRedirect = status >= 300 && status < 400
    const said = body.replace(/\s+/g, ' ').trim().slice(0, LONGEST_BODY_SHOWN)
    const got = isRedirect
      ? `${status}, a redirect (they are not followed: give the final url)`
      : `${status}${said && ` "${said}"`}`
    const seconds = status === 429 || status === 503 ? secondsOf(retryAfter, this.#clock) : undefined
    return deliveryError(this.name, `expected status 2xx, got ${got}`, {
      status,
      isPermanent: PERMANENT.has(status),
      ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
    })
  }

  #failure(error: unknown, signal: AbortSignal): AlertDeliveryError {
    if (error instanceof RefusedAddressError) return deliveryError(this.name, error.message, {}, error)
    if (signal.aborted) return deliveryError(this.name, `expected an answer within ${this.#config.timeoutSeconds} s, got none`)
    const { code, message } = error as NodeJS.ErrnoException
    return deliveryError(
      this.name,
      `expected an answer, got ${TLS_FAULTS.test(code ?? '') ? `a bad certificate: ${message} (a file named as ca: trusts your own authority)` : message}`,
      {},
      error,
    )
  }
}

const TLS_FAULTS = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/

/** `v1=` and the hexadecimal HMAC-SHA256 of `TIMESTAMP.BODY`. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
}

/** `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3). */
function secondsOf(retryAfter: string | undefined, clock: Clock): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter)
  const millis = Date.parse(retryAfter)
  return Number.isNaN(millis) ? undefined : Math.max(0, millis / 1000 - clock.now() / MICROS_PER_SECOND)
}
