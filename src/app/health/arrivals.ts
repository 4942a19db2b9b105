import { medianOf } from './minute-ring.ts'

/** A minute has no more records of an instrument that count for the median: a flood must not fill the memory. */
const MOST_LATENCIES = 2000

/** What arrived of one instrument in the present minute. */
export class Arrivals {
  minute = -1
  /** Records. */
  count = 0
  /** Seconds. */
  maximum = Number.NaN
  /** Percent; NaN: no record said one. */
  timingQuality = Number.NaN
  readonly #latencies: number[] = []

  begin(minute: number): void {
    this.minute = minute
    this.count = 0
    this.maximum = Number.NaN
    this.timingQuality = Number.NaN
    this.#latencies.length = 0
  }

  add(latencySeconds: number, timingQuality: number | undefined): void {
    this.count++
    if (!(latencySeconds <= this.maximum)) this.maximum = latencySeconds
    if (timingQuality !== undefined && !(timingQuality >= this.timingQuality)) this.timingQuality = timingQuality
    if (this.#latencies.length < MOST_LATENCIES) this.#latencies.push(latencySeconds)
  }

  /** Seconds; the lower one of two in the middle. */
  get median(): number {
    return medianOf([...this.#latencies])
  }
}
