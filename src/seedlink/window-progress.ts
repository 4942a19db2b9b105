import type { StationId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import { hasWildcard, stationMatches } from './selection.ts'

/** How a past time window came to its end. */
export type WindowOutcome =
  /** The server said END. */
  | 'end'
  /** Every channel that was heard, of every station asked for, has reached the end of the window. */
  | 'complete'
  /** Some channel reached the end of the window and no data inside it came for a while; others are missing something. */
  | 'quiet'
  /** Nothing at all came for a while. */
  | 'silent'

/** After how much quiet a window counts as over; seconds. */
export interface WindowPatience {
  /** With every channel at the end: time for one that has not been heard yet. */
  readonly settleSeconds: number
  /** With some channel at the end. */
  readonly quietSeconds: number
  /** With nothing, or with data that end before the window does. */
  readonly silentSeconds: number
}

/**
 * Knows when a time window is over although the server never says END: a dead channel keeps ringserver from it, SeisComP says
 * nothing for a station without data (SeisComP/seedlink#7). Takes packets, gives the quiet to wait for; has no clock.
 */
export class WindowProgress {
  readonly #end: Micros
  /** False while a station of that name or pattern has not been heard. */
  readonly #stations: Map<string, boolean>
  readonly #patterns: readonly string[]
  readonly #reached = new Map<string, boolean>()
  #unheard: number
  #open = 0

  constructor(end: Micros, stations: readonly string[]) {
    this.#end = end
    this.#stations = new Map(stations.map((station) => [station, false]))
    this.#patterns = stations.filter(hasWildcard)
    this.#unheard = this.#stations.size
  }

  /** A station the server refuses is not waited for. */
  giveUp(station: string): void {
    this.#hear(station)
  }

  /**
   * @param start of the record
   * @param next when the sample after it is due
   * @returns false when the record lies wholly behind the window and is not wanted
   */
  note(channel: string, station: StationId, start: Micros, next: Micros): boolean {
    this.#hear(station)
    for (const pattern of this.#patterns) if (stationMatches(pattern, station)) this.#hear(pattern)
    const known = this.#reached.get(channel)
    const isReached = next >= this.#end
    if (known === undefined) {
      this.#reached.set(channel, isReached)
      if (!isReached) this.#open += 1
    } else if (isReached && !known) {
      this.#reached.set(channel, true)
      this.#open -= 1
    }
    return start < this.#end
  }

  /** How it ends when nothing more comes, and after how many seconds. */
  verdict({ settleSeconds, quietSeconds, silentSeconds }: WindowPatience): { outcome: WindowOutcome; seconds: number } {
    if (this.#reached.size === 0) return { outcome: 'silent', seconds: silentSeconds }
    if (this.#open === 0 && this.#unheard === 0) return { outcome: 'complete', seconds: settleSeconds }
    if (this.#open < this.#reached.size) return { outcome: 'quiet', seconds: quietSeconds }
    return { outcome: 'silent', seconds: silentSeconds }
  }

  #hear(station: string): void {
    if (this.#stations.get(station) !== false) return
    this.#stations.set(station, true)
    this.#unheard -= 1
  }
}
