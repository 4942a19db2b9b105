import type { Nanos } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import { endTimeOf, type HeldRecord } from './held-records.ts'

/**
 * Records with an absurd time, kept until it shows whether they are right. They are believed when several continue one another for
 * as long as the horizon: a station back after days, the next file of an archive, a clock that was set. Nothing is lost then. One
 * record alone proves nothing, however long a damaged rate makes it, until it shows that the data have not gone on without it.
 */
export class SuspectRecords {
  readonly #horizonNanos: Nanos
  #records: HeldRecord[]

  constructor(horizonNanos: Nanos, initial: readonly HeldRecord[] = []) {
    this.#horizonNanos = horizonNanos
    this.#records = [...initial]
  }

  /** Whether they hold enough data in a row. */
  get areBelieved(): boolean {
    return this.#records.length > 1 && this.#areLong
  }

  /**
   * Whether they hold enough data ahead of what is due, and what follows is later still.
   *
   * @param next undefined: nothing follows
   */
  standAlone(due: Nanos, next?: TraceRecord): boolean {
    const [first] = this.#records
    if (first === undefined || first.startTime < due || !this.#areLong) return false
    return next === undefined || (next.startTime > first.startTime && !this.areContinuedBy(next))
  }

  /** Whether a record begins within the horizon of where the last of them ended. */
  areContinuedBy(record: TraceRecord): boolean {
    const last = this.#records.at(-1)
    if (!last) return true
    const distance = record.startTime - endTimeOf(last)
    return distance <= this.#horizonNanos && -distance <= this.#horizonNanos
  }

  /** Keeps a copy of the record's samples. */
  add({ startTime, sampleRate, samples }: TraceRecord): void {
    this.#records.push({ startTime, sampleRate, samples: samples.slice() })
  }

  /** Empties the list. */
  takeAll(): HeldRecord[] {
    const records = this.#records
    this.#records = []
    return records
  }

  snapshot(): readonly HeldRecord[] {
    return [...this.#records]
  }

  get #areLong(): boolean {
    let length = 0n
    for (const record of this.#records) length += endTimeOf(record) - record.startTime
    return length >= this.#horizonNanos
  }
}
