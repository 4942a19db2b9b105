import { type Nanos, sampleOffsetNanos } from '../domain/time.ts'
import type { Samples } from '../domain/trace.ts'

/** What of a record the merger keeps: plain data that can be saved. */
export interface HeldRecord {
  readonly startTime: Nanos
  readonly sampleRate: number
  readonly samples: Samples
}

/**
 * Records that wait behind a hole, in the order in which they will win: earlier start, then longer, then bytewise smaller
 * samples. The order of arrival plays no part.
 */
export class HeldRecords {
  readonly #records: HeldRecord[]

  constructor(initial: readonly HeldRecord[] = []) {
    this.#records = [...initial]
  }

  get first(): HeldRecord | undefined {
    return this.#records[0]
  }

  get count(): number {
    return this.#records.length
  }

  /** Samples held, duplicates not counted. */
  get sampleCount(): number {
    return this.#records.reduce((sum, record) => sum + record.samples.length, 0)
  }

  /** End of the sample after the newest held one. */
  get endTime(): Nanos | undefined {
    let newest: Nanos | undefined
    for (const record of this.#records) {
      const end = endTimeOf(record)
      if (newest === undefined || end > newest) newest = end
    }
    return newest
  }

  /**
   * Keeps a copy of the record's samples.
   *
   * @returns its place in the order, undefined when the very same record is held already
   */
  add({ startTime, sampleRate, samples }: HeldRecord): number | undefined {
    const record: HeldRecord = { startTime, sampleRate, samples: samples.slice() }
    let at = this.#records.length
    for (; at > 0; at--) {
      const order = compare(this.#records[at - 1]!, record)
      if (order === 0) return undefined
      if (order < 0) break
    }
    this.#records.splice(at, 0, record)
    return at
  }

  removeFirst(): void {
    this.#records.shift()
  }

  clear(): void {
    this.#records.length = 0
  }

  snapshot(): readonly HeldRecord[] {
    return [...this.#records]
  }
}

/** When the sample after the last one is due. */
export function endTimeOf(record: HeldRecord): Nanos {
  return record.startTime + sampleOffsetNanos(record.samples.length, record.sampleRate)
}

function compare(a: HeldRecord, b: HeldRecord): number {
  if (a.startTime !== b.startTime) return a.startTime < b.startTime ? -1 : 1
  if (a.samples.length !== b.samples.length) return b.samples.length - a.samples.length
  return compareBytes(bytesOf(a.samples), bytesOf(b.samples)) || a.sampleRate - b.sampleRate
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const count = Math.min(a.length, b.length)
  for (let i = 0; i < count; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!
  }
  return a.length - b.length
}

function bytesOf(samples: Samples): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}
