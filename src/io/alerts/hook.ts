import type { HookMessage } from '../../contract/alert.ts'
import { AlertDeliveryError } from '../../domain/errors.ts'

/** Where alerts go. */
export interface Hook {
  readonly name: string
  readonly kind: string
  /**
   * Delivers one message, all of it, or fails.
   *
   * @param signal aborted when the time for an attempt is over
   * @throws {AlertDeliveryError}
   */
  send(message: HookMessage, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface DeliveryFailure {
  /** HTTP or SMTP status, exit code. */
  readonly status?: number
  /** So long the receiver wants to be left alone. */
  readonly retryAfterSeconds?: number
  /** The same message will fail again: it is a dead letter at once. */
  readonly isPermanent?: boolean
}

/** Form: `alert: delivery to HOOK failed: expected X, got Y`. Never the url, which may be a secret. */
export function deliveryError(
  hook: string,
  expectedAndGot: string,
  failure: DeliveryFailure = {},
  cause?: unknown,
): AlertDeliveryError {
  return new AlertDeliveryError(`alert: delivery to ${hook} failed: ${expectedAndGot}`, { hook, ...failure }, cause)
}
