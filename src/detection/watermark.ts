import type { StationId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'

/** Newest data time of each station; plain data. */
export type WatermarkState = readonly (readonly [StationId, Micros])[]

/**
 * How far the network's data have come: the newest time that two stations have reached. A station that is late or dead holds nobody
 * back, and a single clock that runs ahead makes nobody late. Asked for every record: a few comparisons.
 */
export class Watermark {
  readonly #times: Map<StationId, Micros>
  #leader: StationId | undefined
  #first = Number.NEGATIVE_INFINITY
  #second = Number.NEGATIVE_INFINITY

  constructor(state: WatermarkState = []) {
    this.#times = new Map()
    for (const [station, time] of state) this.advance(station, time)
  }

  /** Microseconds since 1970; −∞ until two stations have had data. */
  get time(): Micros {
    return this.#second
  }

  advance(station: StationId, time: Micros): void {
    const before = this.#times.get(station)
    if (before !== undefined && before >= time) return
    this.#times.set(station, time)
    if (station === this.#leader) this.#first = time
    else if (time > this.#first) {
      this.#second = this.#first
      this.#first = time
      this.#leader = station
    } else if (time > this.#second) this.#second = time
  }

  snapshot(): WatermarkState {
    return [...this.#times]
  }
}
