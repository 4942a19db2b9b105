import { type Nanos, nanosToMicros } from '../domain/time.ts'
import { findBlockettes } from './blockettes.ts'
import { sealCrc } from './crc32c.ts'
import { v2HeaderMicros } from './header-v2.ts'
import { parseHeader } from './parse-header.ts'
import { writeV2Time } from './write-v2.ts'
import { writeV3Time } from './write-v3.ts'

/**
 * A copy of a record whose start time is moved by `offset`; samples, time correction and everything else stay as they are.
 * Exact in miniSEED 3 (whose checksum is renewed); in miniSEED 2 exact for whole microseconds, and without blockette 1001 for
 * multiples of 100 µs. Times inside event and calibration blockettes are not moved.
 *
 * @throws {MiniseedFormatError} when the record has no valid header or the new time does not fit the format
 */
export function shiftRecordTime(record: Uint8Array, offset: Nanos): Uint8Array {
  const shifted = record.slice()
  shiftRecordTimeInPlace(shifted, offset)
  return shifted
}

/** `shiftRecordTime` without the copy. */
export function shiftRecordTimeInPlace(record: Uint8Array, offset: Nanos): void {
  const { formatVersion, byteLength, byteOrder, startTime, sourceId } = parseHeader(record)
  const view = new DataView(record.buffer, record.byteOffset, byteLength)
  if (formatVersion === 3) {
    writeV3Time(view, startTime + offset)
    sealCrc(record.subarray(0, byteLength))
    return
  }
  const isLittleEndian = byteOrder === 'little'
  const { dataExtension } = findBlockettes(view, isLittleEndian)
  const micros = v2HeaderMicros(view, isLittleEndian, dataExtension, sourceId) + nanosToMicros(offset)
  writeV2Time(view, isLittleEndian, micros, dataExtension)
}
