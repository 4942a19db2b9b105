import type { EventsSpec } from '../../contract/faults.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import { Random } from '../synth/random.ts'

/** A stretch of data time in which a fault lasts. */
export interface FaultEvent {
  readonly start: Micros
  readonly end: Micros
  /** Draws what belongs to the event alone: the same whoever asks, whenever. */
  readonly random: Random
}

/**
 * Events of one kind for one station (or the server): data time since 1970 is cut into stretches of `everySeconds`, each holds one
 * event at a place drawn from seed, kind, owner and stretch. So an event needs no history, and the rest of the archive can change.
 */
export class FaultEvents {
  readonly #seed: number
  readonly #kind: string
  readonly #owner: string
  readonly #every: Micros
  readonly #lengths: readonly [number, number]
  /** Of the stretch asked for last. */
  #last: { readonly stretch: number; readonly start: Micros; readonly end: Micros } | undefined

  constructor(seed: number, kind: string, owner: string, { everySeconds, seconds }: EventsSpec) {
    this.#seed = seed
    this.#kind = kind
    this.#owner = owner
    this.#every = everySeconds * MICROS_PER_SECOND
    this.#lengths = seconds
  }

  /** The first event that has a moment in common with start … end (both included). */
  touching(start: Micros, end: Micros): FaultEvent | undefined {
    for (let stretch = Math.floor(start / this.#every); stretch * this.#every <= end; stretch += 1) {
      const event = this.#eventOf(stretch)
      if (event.start <= end && event.end >= start) return { ...event, random: this.#random(stretch, 'content') }
    }
    return undefined
  }

  /** The first event that begins behind `after` and not behind `until`. */
  beginningIn(after: Micros, until: Micros): FaultEvent | undefined {
    for (let stretch = Math.floor(after / this.#every); stretch * this.#every <= until; stretch += 1) {
      const event = this.#eventOf(stretch)
      if (event.start > after && event.start <= until) return { ...event, random: this.#random(stretch, 'content') }
    }
    return undefined
  }

  #eventOf(stretch: number): { readonly start: Micros; readonly end: Micros } {
    if (this.#last?.stretch === stretch) return this.#last
    const random = this.#random(stretch, 'place')
    const [shortest, longest] = this.#lengths
    const length = Math.min(this.#every, Math.round(random.between(shortest, longest) * MICROS_PER_SECOND))
    const start = Math.round(stretch * this.#every + random.uniform() * (this.#every - length))
    this.#last = { stretch, start, end: start + length }
    return this.#last
  }

  #random(stretch: number, purpose: string): Random {
    return new Random(this.#seed, this.#kind, this.#owner, stretch, purpose)
  }
}
