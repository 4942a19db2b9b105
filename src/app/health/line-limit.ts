import type { Clock } from '../../domain/ports.ts'
import { MICROS_PER_SECOND } from '../../domain/time.ts'

/** Of one code, so many lines an hour; the rest is counted (dashboard and metrics have them all). */
const MOST_LINES = 20
const HOUR_MICROS = 3600 * MICROS_PER_SECOND

/** Keeps one bad channel from filling a log. */
export class LineLimit {
  readonly #clock: Clock
  readonly #lines = new Map<string, number>()
  #hour = Number.NaN

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns the line's text, the last one of the hour with a note; undefined when it is not to be written */
  pass(code: string, text: string): string | undefined {
    const hour = Math.floor(this.#clock.now() / HOUR_MICROS)
    if (hour !== this.#hour) this.#lines.clear()
    this.#hour = hour
    const count = (this.#lines.get(code) ?? 0) + 1
    this.#lines.set(code, count)
    if (count > MOST_LINES) return undefined
    return count === MOST_LINES ? `${text}; more of this kind are counted, not logged, for the rest of the hour` : text
  }
}
