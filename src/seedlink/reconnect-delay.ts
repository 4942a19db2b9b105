export interface ReconnectDelayOptions {
  /** First delay, ms. Default 1000. */
  readonly firstMillis?: number
  /** Longest delay, ms. Default 60000. */
  readonly longestMillis?: number
  /** How long data must have flowed before the delay starts small again, ms. Default 60000. */
  readonly settledMillis?: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * How long to wait before the next connection: doubling from 1 s to 60 s, each shortened by a random part of up to a half so
 * that a thousand clients do not come back in step. A connection that only handshakes, or sends a packet and dies, does not
 * reset it: data must have flowed for a minute.
 */
export class ReconnectDelay {
  readonly #options: Required<ReconnectDelayOptions>
  #attempt = 0
  #firstDataAt: number | undefined

  constructor({ firstMillis = 1000, longestMillis = 60_000, settledMillis = 60_000, random }: ReconnectDelayOptions) {
    this.#options = { firstMillis, longestMillis, settledMillis, random }
  }

  /** Delays handed out since data last flowed long enough. */
  get attempt(): number {
    return this.#attempt
  }

  /** @param now ms of any steady clock */
  noteData(now: number): void {
    this.#firstDataAt ??= now
    if (now - this.#firstDataAt >= this.#options.settledMillis) this.#attempt = 0
  }

  /** Delay in ms before the next attempt. */
  next(): number {
    const { firstMillis, longestMillis, random } = this.#options
    const full = Math.min(longestMillis, firstMillis * 2 ** Math.min(this.#attempt, 30))
    this.#attempt += 1
    this.#firstDataAt = undefined
    return full * (1 - random() / 2)
  }
}
