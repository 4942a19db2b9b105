import { SHOWN_SECONDS } from '../feed/live-traces.ts'
import { Glide } from '../plot/glide.ts'

/** Share of the instruments whose clock may run ahead of the axis. */
const AHEAD = 0.05

/** The right edge that the rows of a screen have in common, so that the same moment is at the same place in all of them. */
export class SharedEdge {
  readonly #ends: () => number[]
  readonly #glide = new Glide(SHOWN_SECONDS)
  #now = Number.NaN
  #edge = Number.NaN

  /** @param ends newest sample of each row, seconds since 1970; NaN where nothing came */
  constructor(ends: () => number[]) {
    this.#ends = ends
  }

  /** @param now milliseconds; the same for all rows of one frame. @returns seconds since 1970, NaN before the first sample */
  at(now: number): number {
    if (now === this.#now) return this.#edge
    this.#now = now
    const known = this.#ends().filter((end) => !Number.isNaN(end))
    known.sort((a, b) => b - a)
    this.#edge = this.#glide.follow(known[Math.floor(known.length * AHEAD)] ?? Number.NaN, now)
    return this.#edge
  }
}
