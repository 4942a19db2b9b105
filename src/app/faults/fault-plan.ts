import { CUT_KINDS, type DamagedPart, type Faults, type StationFaults } from '../../contract/faults.ts'
import type { SourceId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros, microsToNanos, type Nanos, nanosToMicros } from '../../domain/time.ts'
import type { Cut } from '../../io/seedlink/server-drill.ts'
import { glob } from '../../seedlink/server-glob.ts'
import { streamNameOf } from '../../seedlink/server-selector.ts'
import { Random } from '../synth/random.ts'
import { FaultEvents } from './fault-events.ts'

/** What a plan looks at. */
export interface PlannedRecord {
  readonly sourceId: SourceId
  /** NET_STA. */
  readonly stationId: string
  readonly startTime: Nanos
  readonly endTime: Nanos
}

export function plannedRecord({ sourceId, startTime, endTime }: Omit<PlannedRecord, 'stationId'>): PlannedRecord {
  return { sourceId, startTime, endTime, stationId: streamNameOf(sourceId, '').stationId }
}

/** What becomes of one record; where it stands in line is the business of the schedule. */
export interface RecordEffects {
  readonly isWithheld: boolean
  /** Added to its time. */
  readonly clockShift: Nanos
  readonly delay: Micros
  /** More delay, which lets others overtake; 0 for most. */
  readonly shuffle: Micros
  /** Behind the first copy; undefined without a second one. */
  readonly duplicateAfter: Micros | undefined
  readonly damage: { readonly part: DamagedPart; readonly bits: number } | undefined
}

/** miniSEED 2 without blockette 1001 tells times to 100 µs. */
const CLOCK_STEP: Micros = 100
/** Numbers that begin anew begin below this. */
const RENUMBER_LIMIT = 1_000_000

/**
 * Who is hit by what: a pure function of the faults file, its seed and the record. Nothing here knows clients, sockets or the time
 * of day, so a drill is the same for everyone who listens, at any speed, after any restart.
 */
export class FaultPlan {
  readonly #faults: Faults
  readonly #stations = new Map<string, StationPlan>()
  readonly #serverStalls: FaultEvents | undefined
  readonly #serverCuts: FaultEvents | undefined
  readonly #restarts: FaultEvents | undefined

  constructor(faults: Faults) {
    this.#faults = faults
    const { stalls, disconnects, restarts } = faults.server
    const { seed } = faults
    this.#serverStalls = stalls && new FaultEvents(seed, 'stalls', SERVER, stalls)
    this.#serverCuts = disconnects && new FaultEvents(seed, 'disconnects', SERVER, momentsEvery(disconnects.everySeconds))
    this.#restarts = restarts && new FaultEvents(seed, 'restarts', SERVER, momentsEvery(restarts.everySeconds))
  }

  effectsOn({ sourceId, stationId, startTime, endTime }: PlannedRecord): RecordEffects {
    const { rules, gaps, clockJumps } = this.#planOf(stationId)
    // Every number is drawn whether it is needed or not: to add one kind of fault leaves the others as they were.
    const random = new Random(this.#faults.seed, 'record', sourceId, String(startTime))
    const [late, isShuffled, shuffleBy] = [random.uniform(), random.uniform(), random.uniform()]
    const [isTwice, secondAfter, isDamaged, part] = [random.uniform(), random.uniform(), random.uniform(), random.uniform()]
    const { delay, shuffles, duplicates, corrupt } = rules
    const [start, end] = [nanosToMicros(startTime), nanosToMicros(endTime)]
    return {
      isWithheld: gaps?.touching(start, end) !== undefined,
      clockShift: this.#clockShift(rules, clockJumps, start),
      delay: delay ? toMicros(delay.seconds + delay.jitterSeconds * late) : 0,
      shuffle: shuffles && isShuffled < shuffles.share ? toMicros(shuffles.withinSeconds * shuffleBy) : 0,
      duplicateAfter: duplicates && isTwice < duplicates.share ? toMicros(duplicates.withinSeconds * secondAfter) : undefined,
      damage:
        corrupt && isDamaged < corrupt.share
          ? { part: corrupt.parts[Math.floor(part * corrupt.parts.length)]!, bits: corrupt.bits }
          : undefined,
    }
  }

  /** When something of the station that is ready at `time` gets past all stalls. */
  endOfStalls(stationId: string, time: Micros): Micros {
    const { stalls } = this.#planOf(stationId)
    const events = [stalls, this.#serverStalls].filter((each) => each !== undefined)
    let free = time
    // One stall may end inside another; more than a few in a row means that stalls leave no time between them.
    for (let round = 0; round < 8; round += 1) {
      const held = events.map((each) => each.touching(free, free)?.end ?? free)
      const next = Math.max(free, ...held)
      if (next === free) break
      free = next
    }
    return free
  }

  /** The cut of connections that carry the station, between one of its records and the next. */
  stationCut(stationId: string, after: Micros, until: Micros): Cut | undefined {
    const { cuts, rules } = this.#planOf(stationId)
    const event = cuts?.beginningIn(after, until)
    return event && { kind: 'cut', how: pick(event.random, rules.disconnects?.how ?? CUT_KINDS), isForAll: false }
  }

  /** What happens to all connections between one record of the archive and the next. A restart includes a cut. */
  serverCut(after: Micros, until: Micros): Cut | undefined {
    const { disconnects, restarts } = this.#faults.server
    const restart = this.#restarts?.beginningIn(after, until)
    if (restart && restarts) {
      const { downSeconds, renumber, wipe } = restarts
      const firstNumber = renumber ? 1 + restart.random.index(RENUMBER_LIMIT) : undefined
      return { kind: 'restart', downSeconds, isWiped: wipe, firstNumber }
    }
    const event = this.#serverCuts?.beginningIn(after, until)
    return event && { kind: 'cut', how: pick(event.random, disconnects?.how ?? CUT_KINDS), isForAll: true }
  }

  /** Draws the bits that are flipped in a record (or in a piece of it). */
  damageRandom({ sourceId, startTime }: Pick<PlannedRecord, 'sourceId' | 'startTime'>): Random {
    return new Random(this.#faults.seed, 'damage', sourceId, String(startTime))
  }

  #clockShift({ clockJumps, clockDrift }: StationFaults, jumps: FaultEvents | undefined, start: Micros): Nanos {
    const jump = jumps?.touching(start, start)
    const jumped = jump && clockJumps ? toMicros(pick(jump.random, clockJumps.shiftsSeconds)) : 0
    const drifted = clockDrift ? ((start % toMicros(clockDrift.everySeconds)) * clockDrift.ppm) / 1e6 : 0
    return microsToNanos(Math.round((jumped + drifted) / CLOCK_STEP) * CLOCK_STEP)
  }

  #planOf(stationId: string): StationPlan {
    const known = this.#stations.get(stationId)
    if (known) return known
    const plan = stationPlan(this.#faults, stationId)
    this.#stations.set(stationId, plan)
    return plan
  }
}

interface StationPlan {
  readonly rules: StationFaults
  readonly gaps: FaultEvents | undefined
  readonly clockJumps: FaultEvents | undefined
  readonly stalls: FaultEvents | undefined
  readonly cuts: FaultEvents | undefined
}

const SERVER = 'server'

/** The last entry that names the station and a kind decides. */
export function rulesFor({ stations }: Faults, stationId: string): StationFaults {
  const named = stations.filter((entry) => entry.stations.some((pattern) => glob(pattern).test(stationId)))
  return Object.assign({}, ...named.map(({ stations: _, ...rules }) => rules)) as StationFaults
}

function stationPlan(faults: Faults, stationId: string): StationPlan {
  const rules = rulesFor(faults, stationId)
  const { gaps, clockJumps, stalls, disconnects } = rules
  const { seed } = faults
  return {
    rules,
    gaps: gaps && new FaultEvents(seed, 'gaps', stationId, gaps),
    clockJumps: clockJumps && new FaultEvents(seed, 'clock', stationId, clockJumps),
    stalls: stalls && new FaultEvents(seed, 'stalls', stationId, stalls),
    cuts: disconnects && new FaultEvents(seed, 'disconnects', stationId, momentsEvery(disconnects.everySeconds)),
  }
}

function momentsEvery(everySeconds: number): { everySeconds: number; seconds: [number, number] } {
  return { everySeconds, seconds: [0, 0] }
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.index(items.length)]!
}

function toMicros(seconds: number): Micros {
  return Math.round(seconds * MICROS_PER_SECOND)
}
