import type { StationId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import type { ServerKind } from './hello.ts'
import { stationMatches } from './selection.ts'

/** The last packet processed. */
export interface Position {
  readonly sequence: bigint
  /** Start of that packet, as its header says. */
  readonly time?: Micros
}

/**
 * Where each station of one server is to go on.
 *
 * Other servers count per station. ringserver counts over its whole ring and, given several sequences on one connection, goes
 * on from the newest for all of them: so there the position of the connection's last packet is the position of every station.
 * Save all positions of a server together, in the order of arrival.
 */
export class ResumePositions {
  readonly #byStation: Map<StationId, Position>
  #newest: Position | undefined
  #earliestTime: Micros | undefined

  constructor(initial: Iterable<readonly [StationId, Position]> = []) {
    this.#byStation = new Map(initial)
    for (const position of this.#byStation.values()) {
      this.#noteTime(position)
      if (this.#newest === undefined || isNewer(position, this.#newest)) this.#newest = position
    }
  }

  record(station: StationId, position: Position): void {
    this.#byStation.set(station, position)
    this.#newest = position
    this.#noteTime(position)
  }

  /**
   * From when to ask for a station that has no position yet while others have: what it sent while the link was down must not be
   * lost because its first packet had not come. Start of the first packet of any station, as far as is known.
   */
  get earliestTime(): Micros | undefined {
    return this.#earliestTime
  }

  /** For a server that refuses the number: the station then starts live. */
  forget(pattern: string): void {
    for (const station of this.#byStation.keys()) if (stationMatches(pattern, station)) this.#byStation.delete(station)
    this.#newest = undefined
    this.#earliestTime = undefined
  }

  /** Position to ask for, by the rule of the server; undefined: start live. */
  of(station: string, serverKind: ServerKind): Position | undefined {
    return serverKind === 'ringserver' ? this.#newest : this.#byStation.get(station as StationId)
  }

  /** Known stations under a pattern with wildcards. */
  matching(pattern: string): StationId[] {
    return [...this.#byStation.keys()].filter((station) => stationMatches(pattern, station))
  }

  #noteTime({ time }: Position): void {
    if (time !== undefined && (this.#earliestTime === undefined || time < this.#earliestTime)) this.#earliestTime = time
  }

  /** A copy, for saving. */
  snapshot(): Map<StationId, Position> {
    return new Map(this.#byStation)
  }
}

/** By time where both have one: numbers wrap and start again. */
function isNewer(a: Position, b: Position): boolean {
  return a.time !== undefined && b.time !== undefined ? a.time > b.time : a.sequence > b.sequence
}
