import { type Micros, nanosToMicros } from '../../domain/time.ts'
import type { Cut } from '../../io/seedlink/server-drill.ts'
import type { RecordSource } from '../../io/seedlink/server-source.ts'
import { type FaultPlan, plannedRecord } from './fault-plan.ts'

const SECOND_COPY = 1
const STALLED = 2

/** Who comes when: the records of an archive (ordinals) in the order in which they get through (positions). */
export interface Schedule {
  /** Positions; withheld records have one, second copies another. */
  readonly length: number
  ordinalAt(position: number): number
  /** Data time. */
  releaseAt(position: number): Micros
  isSecondCopy(position: number): boolean
  isStalled(position: number): boolean
  cutAt(position: number): Cut | undefined
  /** The position behind which a record is not needed again. */
  lastPositionOf(ordinal: number): number
  /** The lowest ordinal at the position or behind it. */
  firstOrdinalFrom(position: number): number
}

/**
 * Puts all records of a source in line. The line to a station keeps its order: a record leaves no earlier than the one before,
 * however the delay changes, unless the plan shuffles it; a stall holds back what would leave in it. At 26 bytes per position it is
 * kept for the whole archive, so that numbers and places do not depend on where a client begins.
 */
export function scheduleOf(source: RecordSource, plan: FaultPlan): Schedule {
  const line = new Line(source.recordCount)
  const stations = new Map<string, StationLine>()
  for (const record of source.recordsFrom(0)) {
    const planned = plannedRecord(record)
    const effects = plan.effectsOn(planned)
    const station = stations.get(planned.stationId) ?? { number: stations.size, stationId: planned.stationId, free: -Infinity }
    stations.set(planned.stationId, station)
    const ready = nanosToMicros(record.endTime) + effects.delay
    const free = plan.endOfStalls(planned.stationId, ready)
    station.free = Math.max(free, station.free)
    const flags = free > ready ? STALLED : 0
    const release = plan.endOfStalls(planned.stationId, station.free + effects.shuffle)
    line.add(record.ordinal, station.number, release, flags)
    if (effects.duplicateAfter === undefined || effects.isWithheld) continue
    const again = plan.endOfStalls(planned.stationId, release + effects.duplicateAfter)
    line.add(record.ordinal, station.number, again, flags | SECOND_COPY)
  }
  return line.inOrder(plan, [...stations.values()])
}

interface StationLine {
  readonly number: number
  readonly stationId: string
  /** When the last record of the station leaves. */
  free: Micros
}

/** Grows while the source is looked at; then it is sorted once. */
class Line {
  #length = 0
  #ordinals: Uint32Array
  #stations: Uint32Array
  #releases: Float64Array
  #flags: Uint8Array

  constructor(recordCount: number) {
    const room = Math.ceil(recordCount * 1.1) + 16
    this.#ordinals = new Uint32Array(room)
    this.#stations = new Uint32Array(room)
    this.#releases = new Float64Array(room)
    this.#flags = new Uint8Array(room)
  }

  add(ordinal: number, station: number, release: Micros, flags: number): void {
    if (this.#length === this.#ordinals.length) this.#grow()
    this.#ordinals[this.#length] = ordinal
    this.#stations[this.#length] = station
    this.#releases[this.#length] = release
    this.#flags[this.#length] = flags
    this.#length += 1
  }

  inOrder(plan: FaultPlan, stations: readonly StationLine[]): Schedule {
    const length = this.#length
    const places = Uint32Array.from({ length }, (_, place) => place)
    const [unsorted, ordinals, flags] = [this.#releases, this.#ordinals, this.#flags]
    // Equal times keep the order of the archive: places are distinct, so the order is one and the same everywhere.
    places.sort((a, b) => unsorted[a]! - unsorted[b]! || a - b)
    const releases = Float64Array.from(places, (place) => unsorted[place]!)
    const lastPositions = new Uint32Array(length)
    for (let position = 0; position < length; position += 1) lastPositions[ordinals[places[position]!]!] = position
    const lowest = new Uint32Array(length)
    for (let position = length - 1, low = 0xffff_ffff; position >= 0; position -= 1) {
      low = Math.min(low, ordinals[places[position]!]!)
      lowest[position] = low
    }
    const cuts = this.#cuts(plan, stations, places, releases)
    return {
      length,
      ordinalAt: (position) => ordinals[places[position]!]!,
      releaseAt: (position) => releases[position]!,
      isSecondCopy: (position) => (flags[places[position]!]! & SECOND_COPY) !== 0,
      isStalled: (position) => (flags[places[position]!]! & STALLED) !== 0,
      cutAt: (position) => cuts.get(position),
      lastPositionOf: (ordinal) => lastPositions[ordinal]!,
      firstOrdinalFrom: (position) => lowest[position]!,
    }
  }

  /** A cut falls on the first record that leaves at its moment or after; one of the whole server goes before one of a station. */
  #cuts(plan: FaultPlan, stations: readonly StationLine[], places: Uint32Array, releases: Float64Array): Map<number, Cut> {
    const cuts = new Map<number, Cut>()
    const before = new Float64Array(stations.length).fill(Number.NaN)
    for (let position = 0; position < places.length; position += 1) {
      const release = releases[position]!
      const number = this.#stations[places[position]!]!
      const [previous, previousOfStation] = [releases[position - 1], before[number]!]
      const ofServer = previous === undefined ? undefined : plan.serverCut(previous, release)
      const ofStation = Number.isNaN(previousOfStation)
        ? undefined
        : plan.stationCut(stations[number]!.stationId, previousOfStation, release)
      const cut = ofServer ?? ofStation
      if (cut) cuts.set(position, cut)
      before[number] = release
    }
    return cuts
  }

  #grow(): void {
    const room = this.#ordinals.length * 2
    this.#ordinals = enlarged(this.#ordinals, new Uint32Array(room))
    this.#stations = enlarged(this.#stations, new Uint32Array(room))
    this.#releases = enlarged(this.#releases, new Float64Array(room))
    this.#flags = enlarged(this.#flags, new Uint8Array(room))
  }
}

function enlarged<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
