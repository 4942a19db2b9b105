/** Older answers are forgotten: clocks drift. */
const KEPT_ANSWERS = 12

interface Answer {
  readonly offsetMillis: number
  readonly roundTripMillis: number
}

/**
 * How far the monitor's clock is ahead of this one, from questions and answers: of all answers that are kept, the fastest one counts,
 * since its way back took at most its whole round trip. (Cristian 1989, "Probabilistic clock synchronization".)
 */
export class ClockOffset {
  readonly #answers: Answer[] = []

  /** All in ms since 1970: when it was asked, what the monitor answered, when the answer came. */
  add(sent: number, monitor: number, received: number): void {
    this.#answers.push({ offsetMillis: monitor - (sent + received) / 2, roundTripMillis: received - sent })
    if (this.#answers.length > KEPT_ANSWERS) this.#answers.shift()
  }

  /** Another monitor, or the same one on another machine. */
  clear(): void {
    this.#answers.length = 0
  }

  /** The monitor's clock minus this one; undefined before the first answer. */
  get best(): { readonly offsetMillis: number; readonly uncertaintyMillis: number } | undefined {
    if (this.#answers.length === 0) return undefined
    const { offsetMillis, roundTripMillis } = this.#answers.reduce((a, b) => (b.roundTripMillis < a.roundTripMillis ? b : a))
    return { offsetMillis, uncertaintyMillis: roundTripMillis / 2 }
  }
}
