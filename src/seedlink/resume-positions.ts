import type { StationId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import type { ServerKind, ServerRules } from './hello.ts'
import { stationMatches } from './selection.ts'
import { MAX_SEQUENCE_V3, type ProtocolVersion } from './sequence.ts'

/** The last packet processed, and whose number that is. */
export interface Position {
  readonly sequence: bigint
  /** Start of that packet, as its header says. */
  readonly time?: Micros
  /** Protocol the number was given in: v3 has 24 bits and may count other things than v4. Undefined when nobody knows. */
  readonly protocol?: ProtocolVersion
  /** Kind of server that gave it. Undefined when nobody knows. */
  readonly serverKind?: ServerKind
}

/** How to ask for what comes next: by number, or by time where the number means nothing to this server. */
export type ResumePoint =
  | { readonly kind: 'number'; readonly position: Position }
  | { readonly kind: 'time'; readonly time: Micros }

/** How far before the last packet to begin by time: other channels may lag behind it. What comes twice is dropped by the merger. */
const TIME_MARGIN_MICROS = 120_000_000

/**
 * Where each station of a server is to go on.
 *
 * Other servers count per station. ringserver counts over its whole ring and, given several sequences on one connection, goes
 * on from the newest for all of them: so there the position of the connection's last packet is the position of every station,
 * and is saved as such. Stations that come from different connections (other groups, an imported state file) then lag behind
 * each other: the connection goes on from the one that lags most, and what the others have already comes twice.
 *
 * A number given by another protocol or another kind of server (the server was upgraded) is not sent: that station goes on by time.
 */
export class ResumePositions {
  readonly #byStation: Map<StationId, Position>
  readonly #connectionOf: (station: string) => number
  /** Where each connection to a ringserver goes on. */
  readonly #common = new Map<number, Position>()
  #earliestTime: Micros | undefined

  /** @param connectionOf which connection a station is on, for a client that has several; see `SeedlinkClient.connectionOf` */
  constructor(initial: Iterable<readonly [StationId, Position]> = [], connectionOf: (station: string) => number = () => 0) {
    this.#byStation = new Map(initial)
    this.#connectionOf = connectionOf
    const groups = new Map<number, Position[]>()
    for (const [station, position] of this.#byStation) {
      this.#noteTime(position)
      const connection = connectionOf(station)
      const group = groups.get(connection)
      if (group) group.push(position)
      else groups.set(connection, [position])
    }
    for (const [connection, positions] of groups) {
      const common = commonOf(positions)
      if (common) this.#common.set(connection, common)
    }
  }

  record(station: StationId, position: Position): void {
    this.#byStation.set(station, position)
    this.#common.set(this.#connectionOf(station), position)
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
    this.#common.clear()
    this.#earliestTime = undefined
  }

  /** Where to go on, by the rules of the server; undefined: start live. */
  of(station: string, { serverKind, protocol }: ServerRules): ResumePoint | undefined {
    const position = serverKind === 'ringserver' ? this.#commonOf(station) : this.#byStation.get(station as StationId)
    if (position === undefined) return undefined
    if (isNumberOf(position, serverKind, protocol)) return { kind: 'number', position }
    return position.time === undefined ? undefined : { kind: 'time', time: position.time - TIME_MARGIN_MICROS }
  }

  /** Known stations under a pattern with wildcards. */
  matching(pattern: string): StationId[] {
    return [...this.#byStation.keys()].filter((station) => stationMatches(pattern, station))
  }

  /** A copy, for saving: on a ringserver every station stands where its connection stands. */
  snapshot(): Map<StationId, Position> {
    return new Map(
      [...this.#byStation].map(([station, position]) => {
        const common = this.#commonOf(station)
        return [station, common?.serverKind === 'ringserver' ? common : position]
      }),
    )
  }

  #commonOf(station: string): Position | undefined {
    return this.#common.get(this.#connectionOf(station))
  }

  #noteTime({ time }: Position): void {
    if (time !== undefined && (this.#earliestTime === undefined || time < this.#earliestTime)) this.#earliestTime = time
  }
}

function isNumberOf(position: Position, serverKind: ServerKind, protocol: ProtocolVersion): boolean {
  if (position.serverKind !== undefined && position.serverKind !== serverKind) return false
  if (protocol === 3 && position.sequence > MAX_SEQUENCE_V3) return false
  return position.protocol === undefined || position.protocol === protocol
}

/**
 * The oldest, so that nothing is lost; the newest when one of them has no time: ringserver goes live on a number it has
 * forgotten, unless a time says where to look.
 */
function commonOf(positions: readonly Position[]): Position | undefined {
  const hasTimes = positions.every(({ time }) => time !== undefined)
  return positions.reduce<Position | undefined>((best, position) => {
    if (best === undefined) return position
    const isOlder = hasTimes ? (position.time ?? 0) < (best.time ?? 0) : position.sequence > best.sequence
    return isOlder ? position : best
  }, undefined)
}
