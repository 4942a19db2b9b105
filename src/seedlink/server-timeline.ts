import type { Nanos } from '../domain/time.ts'
import { V3_SEQUENCE_MODULUS } from './server-packet.ts'

/**
 * Order and numbers of an archive's records.
 *
 * The numbers of all records follow each other from 1, in the archive's data-time order, so they are the same after every restart.
 * A record that v3 clients get as it is owns one number. Any other has to be repacked for them into several packets, and packets
 * need different numbers to be resumable one by one: it owns as many as it could need at most (see `sequencesFor`), the packets use
 * the first of these, and a v4 client, which gets the record whole, sees the first only. Numbers never used are gaps like those that
 * selectors make.
 *
 * Two arrays of eight bytes per record are all that is kept.
 */
export class Timeline {
  #count = 0
  #nextSequence = 1
  /** First number of each record. */
  readonly #sequences: Float64Array
  /** Latest end of the records so far: when a record can be sent after all before it. */
  readonly #latestEnds: BigInt64Array

  /** @param capacity how many records there can be */
  constructor(capacity: number) {
    this.#sequences = new Float64Array(capacity)
    this.#latestEnds = new BigInt64Array(capacity)
  }

  /** @param sequences how many numbers the record owns, at least 1 */
  add(endTime: Nanos, sequences: number): void {
    if (this.#count === this.#sequences.length)
      throw new RangeError(`timeline: expected at most ${this.#count} records, got more`)
    const index = this.#count
    const previousEnd = index === 0 ? endTime : (this.#latestEnds[index - 1] as bigint)
    this.#sequences[index] = this.#nextSequence
    this.#latestEnds[index] = endTime > previousEnd ? endTime : previousEnd
    this.#nextSequence += sequences
    this.#count += 1
  }

  get recordCount(): number {
    return this.#count
  }

  /** How many numbers the records own together; the last record's last number. */
  get sequenceCount(): number {
    return this.#nextSequence - 1
  }

  /** First number of a record; of `recordCount`: the number after the last. */
  sequenceOf(ordinal: number): number {
    return ordinal < this.#count ? (this.#sequences[ordinal] as number) : this.#nextSequence
  }

  /** The record that owns the number: 0 below the first, `recordCount` beyond the last. */
  ordinalOf(sequence: number): number {
    if (sequence >= this.#nextSequence) return this.#count
    return Math.max(0, this.#firstWhere((index) => (this.#sequences[index] as number) > sequence) - 1)
  }

  /** Data time at which the record and all before it are complete. */
  availableAt(ordinal: number): Nanos {
    return this.#latestEnds[ordinal] as bigint
  }

  /** How many records are complete at a data time; that is also the first record from which on one may end after it. */
  countAvailableAt(time: Nanos): number {
    return this.#firstWhere((index) => (this.#latestEnds[index] as bigint) > time)
  }

  /** Smallest index whose predicate holds (false … false true … true), or `recordCount`. */
  #firstWhere(holds: (index: number) => boolean): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(middle)) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** A 512-byte record holds at least this many samples: 384 bytes of float64 behind the longest header we write. */
const FEWEST_SAMPLES_PER_PIECE = 48

/** How many numbers a record owns: what its 512-byte pieces could need at most. */
export function sequencesFor(isSentUnchanged: boolean, sampleCount: number): number {
  return isSentUnchanged ? 1 : Math.max(1, Math.ceil(sampleCount / FEWEST_SAMPLES_PER_PIECE))
}

/**
 * The full number behind the low 24 bits of a v3 client: the latest that is not after `reference`, the next number to be sent;
 * below 2^24 the number itself.
 */
export function unwrapSequence(low: number, reference: number): number {
  const turns = Math.max(0, Math.floor((reference - low) / V3_SEQUENCE_MODULUS))
  return low + turns * V3_SEQUENCE_MODULUS
}
