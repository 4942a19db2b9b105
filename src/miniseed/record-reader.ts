import type { OnProblem } from '../domain/problem.ts'
import { recordCrc, storedCrc } from './crc32c.ts'
import {
  DEFAULT_MAX_RECORD_LENGTH,
  detectRecordLength,
  isControlHeader,
  isV3Start,
  RECOGNISABLE_LENGTH,
  v2ByteOrder,
} from './record-length.ts'

/** One record found in a stream of bytes. */
export interface RecordSlice {
  /** Exactly one record; valid until the next `push`. */
  readonly bytes: Uint8Array
  /** Bytes of the stream before the record. */
  readonly offset: number
}

export interface RecordReaderOptions {
  readonly onProblem: OnProblem
  /** File or server, for `Problem.where`. */
  readonly origin: string
  /** Longest miniSEED 3 record to believe, in bytes. */
  readonly maxRecordLength?: number
}

/** Longer than this only miniSEED 3 records are; a damaged length there must not swallow megabytes of good records. */
const LONGEST_UNCHECKED = 65_536

/**
 * Finds the records in a stream of bytes, whatever the cuts between its chunks. Bytes that are no record are skipped to the next
 * one (every byte is tried) and each such stretch is one Problem: `MINISEED_JUNK`, or `SEED_CONTROL_HEADER` for the control
 * headers of a full SEED volume, or `MINISEED_TRUNCATED` when the stream ends inside a record. A length that
 * miniSEED 3 alone can have is believed only when the checksum agrees.
 *
 * @example
 * reader.push(chunk)
 * for (let record = reader.next(); record; record = reader.next()) use(record.bytes)
 * // at the end of the stream:
 * reader.finish()
 * for (let record = reader.next(); record; record = reader.next()) use(record.bytes)
 */
export class RecordReader {
  readonly #onProblem: OnProblem
  readonly #origin: string
  readonly #maxRecordLength: number
  /** Grows to the largest record and chunk met: thousands of readers may be open at once. */
  #buffer = new Uint8Array(0)
  /** Unread bytes are buffer[start … end). */
  #start = 0
  #end = 0
  #streamOffset = 0
  #isComplete = false
  #junk: Junk | undefined

  constructor(options: RecordReaderOptions) {
    this.#onProblem = options.onProblem
    this.#origin = options.origin
    this.#maxRecordLength = options.maxRecordLength ?? DEFAULT_MAX_RECORD_LENGTH
  }

  /** Takes the next bytes of the stream; they are copied, the caller may reuse its array. */
  push(chunk: Uint8Array): void {
    this.#makeRoom(chunk.length)
    this.#buffer.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** Says that no more bytes will come: what is left is decided by the next calls of `next`. */
  finish(): void {
    this.#isComplete = true
  }

  /** @returns the next record, undefined when more bytes are needed or, after `finish`, when there is none */
  next(): RecordSlice | undefined {
    while (this.#start < this.#end) {
      const length = this.#lengthHere()
      if (length === 'needs-more') return undefined
      if (length === 'not-a-record') {
        this.#skipJunk()
        continue
      }
      if (length > this.#end - this.#start) {
        if (!this.#isComplete) return undefined
        this.#skipTruncated()
        continue
      }
      if (length > LONGEST_UNCHECKED && !this.#hasRightCrc(length)) {
        this.#skipJunk()
        continue
      }
      this.#reportJunk()
      return this.#take(length)
    }
    if (this.#isComplete) this.#reportJunk()
    return undefined
  }

  #lengthHere(): number | 'needs-more' | 'not-a-record' {
    return detectRecordLength(this.#buffer, {
      offset: this.#start,
      end: this.#end,
      isComplete: this.#isComplete,
      maxRecordLength: this.#maxRecordLength,
    })
  }

  #take(length: number): RecordSlice {
    const slice = { bytes: this.#buffer.subarray(this.#start, this.#start + length), offset: this.#streamOffset }
    this.#advance(length)
    return slice
  }

  #hasRightCrc(length: number): boolean {
    const record = this.#buffer.subarray(this.#start, this.#start + length)
    return recordCrc(record) === storedCrc(record)
  }

  /** Goes on to the next byte at which a header can begin. */
  #skipJunk(): void {
    const kind: Junk['kind'] = isControlHeader(this.#buffer, this.#start) ? 'SEED_CONTROL_HEADER' : 'MINISEED_JUNK'
    this.#skipTo(kind)
  }

  /** A record longer than the rest of the stream: its length may lie, so what follows its first byte is searched, too. */
  #skipTruncated(): void {
    this.#skipTo('MINISEED_TRUNCATED')
  }

  #skipTo(kind: Junk['kind']): void {
    this.#junk ??= { kind, offset: this.#streamOffset, length: 0 }
    const lastKnowable = this.#isComplete ? this.#end : Math.max(this.#start + 1, this.#end - RECOGNISABLE_LENGTH + 1)
    let next = this.#start + 1
    while (next < lastKnowable && !this.#canBegin(next)) next++
    this.#junk.length += next - this.#start
    this.#advance(next - this.#start)
  }

  #canBegin(offset: number): boolean {
    const isV2 = this.#end - offset >= RECOGNISABLE_LENGTH && v2ByteOrder(this.#buffer, offset) !== undefined
    return isV2 || isV3Start(this.#buffer, offset, this.#end)
  }

  #advance(length: number): void {
    this.#start += length
    this.#streamOffset += length
  }

  #reportJunk(): void {
    if (this.#junk === undefined) return
    const { kind, offset, length } = this.#junk
    this.#junk = undefined
    this.#onProblem({ code: kind, message: `${JUNK_TEXT[kind]}, got ${length} bytes`, where: `${this.#origin} byte ${offset}` })
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#buffer.length) return
    const unread = this.#end - this.#start
    const isRoomy = unread + length <= this.#buffer.length
    const target = isRoomy ? this.#buffer : new Uint8Array(Math.max(2 * this.#buffer.length, unread + length))
    // The slices given out point into the old bytes; they are void from here on, as `RecordSlice.bytes` says.
    target.set(this.#buffer.subarray(this.#start, this.#end))
    this.#buffer = target
    this.#start = 0
    this.#end = unread
  }
}

interface Junk {
  readonly kind: 'MINISEED_JUNK' | 'SEED_CONTROL_HEADER' | 'MINISEED_TRUNCATED'
  readonly offset: number
  length: number
}

const JUNK_TEXT: Readonly<Record<Junk['kind'], string>> = {
  MINISEED_JUNK: 'bytes that are no record: expected a miniSEED header',
  SEED_CONTROL_HEADER: 'control headers of a SEED volume: expected data records',
  MINISEED_TRUNCATED: 'record cut short: expected the rest of it',
}

/** All records of an array, in its order; see `RecordReader`. Each slice is valid until the next step. */
export function* readRecords(bytes: Uint8Array, options: RecordReaderOptions): Generator<RecordSlice> {
  const reader = new RecordReader(options)
  reader.push(bytes)
  reader.finish()
  for (let record = reader.next(); record !== undefined; record = reader.next()) yield record
}
