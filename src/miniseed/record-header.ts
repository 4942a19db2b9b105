import type { SourceId } from '../domain/source-id.ts'
import { type Nanos, sampleOffsetNanos } from '../domain/time.ts'

/** Of the bytes of a number. */
export type ByteOrder = 'big' | 'little'

/** What the header of a miniSEED record of either version says. */
export interface RecordHeader {
  readonly formatVersion: 2 | 3
  readonly sourceId: SourceId
  /** Time of the first sample; header corrections and microseconds are in it. */
  readonly startTime: Nanos
  /** Hz; 0 when the record has none (text, events). */
  readonly sampleRate: number
  /** Samples the record claims to hold. */
  readonly sampleCount: number
  /** See `ENCODING`; a number, because unknown ones occur. */
  readonly encoding: number
  /** Bytes of the whole record. */
  readonly byteLength: number
  /** Where the payload begins, in bytes from the record's start; 0 when a miniSEED 2 record has no payload. */
  readonly dataOffset: number
  /** Bytes from `dataOffset` to the end of the record. */
  readonly dataLength: number
  /** Of the header fields. */
  readonly byteOrder: ByteOrder
  /** Of the payload; may differ from the header's in miniSEED 2. */
  readonly dataByteOrder: ByteOrder
  /** miniSEED 2 qualities R, D, Q, M are 1, 2, 3, 4. */
  readonly publicationVersion: number
  /** miniSEED 3 flags: bit 0 calibration signal, bit 1 time tag questionable, bit 2 clock locked. */
  readonly flags: number
  /** Percent; undefined when the record does not say. */
  readonly timingQuality: number | undefined
}

/** Time of the last sample; of the first when there is at most one or no rate. */
export function endTimeOf(header: Pick<RecordHeader, 'startTime' | 'sampleRate' | 'sampleCount'>): Nanos {
  const { startTime, sampleRate, sampleCount } = header
  return sampleCount > 1 && sampleRate > 0 ? startTime + sampleOffsetNanos(sampleCount - 1, sampleRate) : startTime
}
