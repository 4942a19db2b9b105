import type { Nanos } from '../domain/time.ts'
import type { TraceRecord } from '../domain/trace.ts'
import { endTimeOf, type HeldRecord } from './held-records.ts'

/**
 * Records with an absurd time, kept until it shows whether they are right. They are believed when they continue one another for
 * as long as the horizon: a station back after days, the next file of an archive, a clock that was set. Nothing is lost then.
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
    let length = 0n
    for (const record of this.#records) length += endTimeOf(record) - record.startTime
    return length >= this.#horizonNanos
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
}
