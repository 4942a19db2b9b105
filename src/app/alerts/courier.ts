import type { HookConfig } from '../../contract/alert-config.ts'
import { AlertDeliveryError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { DeliveryFailure, Hook } from '../../io/alerts/hook.ts'
import type { Outbox } from '../../io/store/outbox.ts'
import type { DeliveryResult, LaneHead, OutboxEntry } from '../../io/store/outbox-table.ts'
import { messageOf } from './alert-message.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

export interface CourierOptions {
  readonly hook: Hook
  readonly settings: Pick<HookConfig, 'concurrency' | 'timeoutSeconds' | 'retry' | 'breaker'>
  readonly outbox: Pick<Outbox, 'take' | 'nextInLane'>
  readonly clock: Clock
  /** 0 ≤ x < 1: keeps couriers from trying again all at once. */
  readonly random: () => number
  /** To be stored soon; should the process die before, the alert is told once more. */
  readonly onResults: (results: readonly DeliveryResult[]) => void
  readonly onFailure: (error: Error) => void
  /** It could tell more than it knows of. */
  readonly onFree: () => void
  /** What is told is archived data. */
  readonly isReplay?: boolean | undefined
}

interface Head {
  readonly number: number
  due: Micros
  attempts: number
}

/** No receiver may ask for more. */
const LONGEST_PAUSE_SECONDS = 3600
/** A timer that waits longer would not notice a clock that was set. */
const LONGEST_WAIT_MILLIS = 5000

/**
 * Tells one hook what waits for it: of each lane one alert after the other, of several lanes at the same time. It asks the outbox for
 * the alert it is about to tell and keeps nothing else, however many wait.
 */
export class Courier {
  readonly #options: CourierOptions
  readonly #breaker: CircuitBreaker
  readonly #lanes = new Map<string, Head>()
  readonly #busy = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #hasLost = false
  #lastError: string | undefined
  #delivered = 0
  #failures = 0

  constructor(options: CourierOptions) {
    this.#options = options
    this.#breaker = new CircuitBreaker(options.settings.breaker)
  }

  get status(): { state: 'ok' | 'failing' | 'paused'; reason?: string; delivered: number; failures: number } {
    const isPaused = this.#breaker.until > this.#options.clock.now()
    const state = isPaused ? 'paused' : this.#breaker.failures > 0 ? 'failing' : 'ok'
    const reason = state === 'ok' ? undefined : this.#lastError
    return { state, ...(reason === undefined ? {} : { reason }), delivered: this.#delivered, failures: this.#failures }
  }

  /** Whether a new alert would be told now. */
  get isFree(): boolean {
    const now = this.#options.clock.now()
    if (this.#busy.size >= this.#options.settings.concurrency || !this.#breaker.allows(now, this.#busy.size)) return false
    // One alert is enough to find out whether the receiver is back.
    return this.#breaker.isClosed ? this.#nextDue(now) === undefined : this.#lanes.size === 0
  }

  /** Whether something may wait that it does not know of, since the store could not be read. */
  get hasLost(): boolean {
    return this.#hasLost
  }

  /** New alerts wait in a lane. */
  wake(lane: string): void {
    if (this.#lanes.has(lane) || this.#busy.has(lane)) return
    this.#safely(() => this.#advance(lane, 0))
  }

  /** What waits according to the outbox, when nothing is on its way into it: another process may have changed it. */
  reload(heads: readonly LaneHead[]): void {
    this.#hasLost = false
    this.#lanes.clear()
    for (const { hook, lane, number, due } of heads) {
      if (hook === this.#options.hook.name && !this.#busy.has(lane)) this.#lanes.set(lane, { number, due, attempts: 0 })
    }
    this.pump()
  }

  /** Starts as many attempts as may be made now, and comes back when the next one is due. */
  pump(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    const now = this.#options.clock.now()
    this.#safely(() => this.#startAllowed(now))
    this.#sleep(now)
    if (this.isFree) this.#options.onFree()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #startAllowed(now: Micros): void {
    while (this.#busy.size < this.#options.settings.concurrency && this.#breaker.allows(now, this.#busy.size)) {
      const lane = this.#nextDue(now)
      if (lane === undefined) break
      this.#start(lane)
    }
  }

  /** The lane with the oldest alert that is due. */
  #nextDue(now: Micros): string | undefined {
    let found: string | undefined
    let oldest = Number.POSITIVE_INFINITY
    for (const [lane, { number, due }] of this.#lanes) {
      if (due > now || number >= oldest) continue
      found = lane
      oldest = number
    }
    return found
  }

  #sleep(now: Micros): void {
    if (this.#busy.size >= this.#options.settings.concurrency) return
    if (this.#lanes.size === 0 && this.#breaker.until <= now) return
    // With nothing to tell it still says when it is free again.
    let next = this.#lanes.size === 0 ? this.#breaker.until : Number.POSITIVE_INFINITY
    for (const { due } of this.#lanes.values()) next = Math.min(next, due)
    // Half open, one attempt is underway: its end wakes us.
    if (next <= now && this.#breaker.until <= now && this.#busy.size > 0) return
    const millis = Math.ceil((Math.max(next, this.#breaker.until) - now) / 1000)
    this.#timer = setTimeout(() => this.pump(), Math.min(LONGEST_WAIT_MILLIS, Math.max(1, millis)))
  }

  #start(lane: string): void {
    const head = this.#lanes.get(lane) as Head
    this.#lanes.delete(lane)
    const entries = this.#options.outbox.take(head.number)
    const [first] = entries
    // Withdrawn meanwhile, or told by another process.
    if (first === undefined) {
      this.#advance(lane, head.number)
      return
    }
    this.#busy.add(lane)
    // The outbox may not know of the last attempt yet.
    const attempt = Math.max(head.attempts, first.attempts) + 1
    const began = this.#options.clock.now()
    this.#attempt(entries, began, attempt).then((failure) => {
      this.#busy.delete(lane)
      if (this.#isStopped) return
      this.#safely(() => {
        if (failure === undefined) this.#onDelivered(lane, entries, began, attempt)
        else this.#onFailed(lane, entries, began, attempt, failure)
      })
      this.pump()
    })
  }

  async #attempt(entries: readonly OutboxEntry[], began: Micros, attempt: number): Promise<Error | undefined> {
    const { hook, settings, isReplay } = this.#options
    try {
      await hook.send(
        messageOf(entries, { sentAt: began, attempt, isReplay }),
        AbortSignal.timeout(settings.timeoutSeconds * 1000),
      )
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  #onDelivered(lane: string, entries: readonly OutboxEntry[], began: Micros, attempts: number): void {
    this.#delivered += entries.length
    this.#breaker.succeeded()
    this.#report(entries, { state: 'delivered', due: began, attempts, firstAttempt: began, error: null })
    this.#advance(lane, entries.at(-1)?.number ?? 0)
  }

  #onFailed(lane: string, entries: readonly OutboxEntry[], began: Micros, attempts: number, error: Error): void {
    const { clock, settings, onFailure } = this.#options
    const { retryAfterSeconds, isPermanent = false } = (
      error instanceof AlertDeliveryError ? error.context : {}
    ) as DeliveryFailure
    const now = clock.now()
    this.#failures++
    this.#lastError = error.message
    // A message that is refused says nothing about the receiver.
    if (!isPermanent) this.#breaker.failed(now)
    if (retryAfterSeconds !== undefined) {
      this.#breaker.pause(now + Math.min(LONGEST_PAUSE_SECONDS, retryAfterSeconds) * MICROS_PER_SECOND)
    }
    onFailure(error)
    const due = Math.round(Math.max(now + this.#backOffSeconds(attempts) * MICROS_PER_SECOND, this.#breaker.until))
    const [first] = entries as [OutboxEntry]
    const isDead = isPermanent || due - first.plannedAt > settings.retry.giveUpSeconds * MICROS_PER_SECOND
    this.#report(entries, { state: isDead ? 'dead' : 'pending', due, attempts, firstAttempt: began, error: error.message })
    if (isDead) this.#advance(lane, entries.at(-1)?.number ?? 0)
    else this.#lanes.set(lane, { number: first.number, due, attempts })
  }

  #report(entries: readonly OutboxEntry[], result: Omit<DeliveryResult, 'number' | 'time'>): void {
    const time = this.#options.clock.now()
    this.#options.onResults(entries.map(({ number }) => ({ ...result, number, time })))
  }

  #advance(lane: string, number: number): void {
    const next = this.#options.outbox.nextInLane({ hook: this.#options.hook.name, lane, number })
    if (next) this.#lanes.set(lane, { number: next.number, due: next.due, attempts: 0 })
  }

  /** A store that cannot be read just now ends nothing: the next reload finds what waits. */
  #safely(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#hasLost = true
      this.#options.onFailure(error as Error)
    }
  }

  #backOffSeconds(attempts: number): number {
    const { firstSeconds, maximumSeconds } = this.#options.settings.retry
    const seconds = Math.min(maximumSeconds, firstSeconds * 2 ** Math.min(30, attempts - 1))
    return seconds * (0.5 + this.#options.random() / 2)
  }
}
