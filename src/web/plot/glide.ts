/** The lag that smooth motion costs, in intervals between arrivals, and its bounds in seconds. */
const LAG_INTERVALS = 1.5
const LEAST_LAG = 0.6
const LARGEST_LAG = 10
/** Weight of the newest interval in the mean. */
const NEWEST = 0.3

/**
 * The right edge of a live axis. Data come in lumps, of a second or of twenty; the edge runs after the newest sample at a nearly even
 * pace, the slower the larger the lumps, and jumps only where there is nothing to glide over.
 */
export class Glide {
  readonly #farSeconds: number
  #shown = Number.NaN
  #last = 0
  #end = Number.NaN
  #arrival = 0
  #interval = 1

  /** @param farSeconds a distance that is not worth gliding over */
  constructor(farSeconds: number) {
    this.#farSeconds = farSeconds
  }

  /**
   * @param end newest sample, seconds; NaN: nothing yet
   * @param now milliseconds
   * @returns what to show, seconds
   */
  follow(end: number, now: number): number {
    if (end !== this.#end) this.#arrive(end, now)
    const elapsed = (now - this.#last) / 1000
    this.#last = now
    const distance = end - this.#shown
    if (!(Math.abs(distance) < this.#farSeconds)) this.#shown = end
    else this.#shown += distance * (1 - Math.exp(-elapsed / this.#lag))
    return this.#shown
  }

  /** What `follow` said last. */
  get shown(): number {
    return this.#shown
  }

  get #lag(): number {
    return Math.min(LARGEST_LAG, Math.max(LEAST_LAG, this.#interval * LAG_INTERVALS))
  }

  #arrive(end: number, now: number): void {
    const interval = (now - this.#arrival) / 1000
    if (!Number.isNaN(this.#end)) this.#interval += NEWEST * (interval - this.#interval)
    this.#arrival = now
    this.#end = end
  }
}
