import type { RecordFault } from '../../contract/drill-truth.ts'
import type { Faults } from '../../contract/faults.ts'
import { MICROS_PER_SECOND, microsToNanos, nanosToMicros } from '../../domain/time.ts'
import type { DrilledRecord } from '../../io/seedlink/server-drill.ts'
import type { RecordSource, SourceRecord } from '../../io/seedlink/server-source.ts'
import { flipsIn, withFlips } from './damage-record.ts'
import { FaultPlan, type PlannedRecord, plannedRecord, type RecordEffects } from './fault-plan.ts'
import { type Schedule, scheduleOf } from './fault-schedule.ts'

/**
 * An archive as a bad day delivers it: the same records in the order in which they get through, each with what happens to it. It is
 * a source like any other, so that numbers, time windows, resume and pacing work as they always do.
 */
export class FaultySource implements RecordSource {
  readonly #source: RecordSource
  readonly #plan: FaultPlan
  readonly #schedule: Schedule

  /** Looks at all records once. */
  constructor(source: RecordSource, faults: Faults) {
    this.#source = source
    this.#plan = new FaultPlan(faults)
    this.#schedule = scheduleOf(source, this.#plan)
  }

  get recordCount(): number {
    return this.#schedule.length
  }

  /** Records that others overtake, and those with a second copy, are held in memory meanwhile. */
  *recordsFrom(position: number): IterableIterator<SourceRecord> {
    const schedule = this.#schedule
    if (position >= schedule.length) return
    const records = this.#source.recordsFrom(schedule.firstOrdinalFrom(position))
    try {
      yield* this.#inLine(position, records)
    } finally {
      records.return?.()
    }
  }

  *#inLine(position: number, records: IterableIterator<SourceRecord>): Generator<SourceRecord, void, undefined> {
    const schedule = this.#schedule
    const held = new Map<number, SourceRecord>()
    for (let at = position; at < schedule.length; at += 1) {
      const ordinal = schedule.ordinalAt(at)
      let record = held.get(ordinal)
      while (record === undefined) {
        const { value, done } = records.next()
        if (done) return
        if (value.ordinal === ordinal) record = value
        // A record whose last copy lies before `position` is not needed again.
        if (schedule.lastPositionOf(value.ordinal) > at) held.set(value.ordinal, kept(value))
      }
      if (schedule.lastPositionOf(ordinal) === at) held.delete(ordinal)
      yield this.#drilled(record, at)
    }
  }

  #drilled(record: SourceRecord, position: number): SourceRecord {
    // Field by field: to spread a record took longer than to draw all its faults.
    return {
      bytes: record.bytes,
      sourceId: record.sourceId,
      startTime: record.startTime,
      endTime: record.endTime,
      header: record.header,
      ordinal: position,
      releaseTime: microsToNanos(this.#schedule.releaseAt(position)),
      drill: this.#drill(record, position),
    }
  }

  #drill(record: SourceRecord, position: number): DrilledRecord {
    const planned = plannedRecord(record)
    const effects = this.#plan.effectsOn(planned)
    return {
      isWithheld: effects.isWithheld,
      clockShift: effects.clockShift,
      faults: this.#faultsOf(record, planned, effects, position),
      damage: this.#damage(planned, effects),
      cut: this.#schedule.cutAt(position),
    }
  }

  #damage(planned: PlannedRecord, { damage }: RecordEffects): DrilledRecord['damage'] {
    if (!damage) return undefined
    return (bytes) => withFlips(bytes, flipsIn(bytes, damage.part, damage.bits, this.#plan.damageRandom(planned)))
  }

  #faultsOf({ bytes, endTime }: SourceRecord, planned: PlannedRecord, effects: RecordEffects, position: number): RecordFault[] {
    const { isWithheld, clockShift, shuffle, damage } = effects
    if (isWithheld) return [{ kind: 'gap' }]
    const faults: RecordFault[] = []
    const late = this.#schedule.releaseAt(position) - nanosToMicros(endTime)
    if (late > 0) faults.push({ kind: 'late', seconds: late / MICROS_PER_SECOND })
    if (this.#schedule.isStalled(position)) faults.push({ kind: 'stall' })
    if (shuffle > 0) faults.push({ kind: 'shuffle', seconds: shuffle / MICROS_PER_SECOND })
    if (this.#schedule.isSecondCopy(position)) faults.push({ kind: 'duplicate' })
    if (clockShift !== 0n) faults.push({ kind: 'clock', shiftSeconds: Number(clockShift) / 1e9 })
    if (damage) {
      const flips = flipsIn(bytes, damage.part, damage.bits, this.#plan.damageRandom(planned))
      faults.push({ kind: 'corrupt', part: damage.part, flips })
    }
    return faults
  }
}

/** A copy that stays valid. */
function kept({ bytes, sourceId, startTime, endTime, header, ordinal }: SourceRecord): SourceRecord {
  return { bytes: bytes.slice(), sourceId, startTime, endTime, header, ordinal }
}
