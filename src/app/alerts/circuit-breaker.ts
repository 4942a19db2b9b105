import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'

export interface CircuitBreakerOptions {
  /** So many failures in a row open it. */
  readonly failures: number
  /** For so long, doubled each time the next attempt fails, too. */
  readonly seconds: number
}

/** The longest pause, as a multiple of the first. */
const MOST_DOUBLED = 16

/** Leaves a receiver alone that fails again and again, then lets one attempt find out whether it is back. */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  #failures = 0
  #until: Micros = 0
  #doubled = 1

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Attempts are made as they come; otherwise one at a time, if any. */
  get isClosed(): boolean {
    return this.#failures < this.#options.failures
  }

  /** When the next attempt may be made; in the past: now. */
  get until(): Micros {
    return this.#until
  }

  /** @param underway attempts that are being made */
  allows(now: Micros, underway: number): boolean {
    if (now < this.#until) return false
    return this.isClosed || underway === 0
  }

  succeeded(): void {
    this.#failures = 0
    this.#doubled = 1
  }

  failed(now: Micros): void {
    this.#failures++
    // Attempts that were underway when it opened say nothing new.
    if (this.isClosed || now < this.#until) return
    this.#until = now + this.#options.seconds * this.#doubled * MICROS_PER_SECOND
    this.#doubled = Math.min(MOST_DOUBLED, this.#doubled * 2)
  }

  /** The receiver asked to be left alone. */
  pause(until: Micros): void {
    this.#until = Math.max(this.#until, until)
  }
}
