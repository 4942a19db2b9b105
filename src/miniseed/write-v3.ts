import { MiniseedFormatError } from '../domain/errors.ts'
import { NANOS_PER_SECOND } from '../domain/time.ts'
import { sealCrc } from './crc32c.ts'
import { FIRST_V3_YEAR, LAST_V3_YEAR } from './record-length.ts'
import { dayTimeOf } from './record-time.ts'
import type { RecordToWrite } from './record-to-write.ts'

const FIXED_LENGTH = 40

/** Bytes before the payload: fixed header, identifier, extra headers. */
export function v3HeaderLength(described: Pick<RecordToWrite, 'sourceId' | 'timingQuality'>): number {
  return FIXED_LENGTH + described.sourceId.length + extraHeaders(described.timingQuality).length
}

/**
 * Writes a miniSEED 3 header; the checksum is set by `sealV3Record` when the payload is there.
 *
 * @param dataLength bytes of the payload
 */
export function writeV3Header(record: Uint8Array, described: RecordToWrite, dataLength: number): void {
  const { sourceId, startTime, sampleRate, sampleCount, encoding, publicationVersion, timingQuality } = described
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const id = new TextEncoder().encode(sourceId)
  const extra = extraHeaders(timingQuality)
  record.set([0x4d, 0x53, 3, 0])
  writeV3Time(view, startTime)
  view.setUint8(15, encoding)
  view.setFloat64(16, sampleRate, true)
  view.setUint32(24, sampleCount, true)
  view.setUint8(32, publicationVersion)
  view.setUint8(33, id.length)
  view.setUint16(34, extra.length, true)
  view.setUint32(36, dataLength, true)
  record.set(id, FIXED_LENGTH)
  record.set(extra, FIXED_LENGTH + id.length)
}

/** @throws {MiniseedFormatError} when the year does not fit 64-bit nanoseconds */
export function writeV3Time(view: DataView, startTime: bigint): void {
  let seconds = startTime / NANOS_PER_SECOND
  if (seconds * NANOS_PER_SECOND > startTime) seconds -= 1n
  const { year, dayOfYear, hour, minute, second } = dayTimeOf(Number(seconds))
  if (!(year >= FIRST_V3_YEAR && year <= LAST_V3_YEAR)) {
    const years = `${FIRST_V3_YEAR} to ${LAST_V3_YEAR}`
    throw new MiniseedFormatError(`miniSEED 3 start time: expected a year from ${years}, got ${year}`, {
      expected: years,
      got: year,
    })
  }
  view.setUint32(4, Number(startTime - seconds * NANOS_PER_SECOND), true)
  view.setUint16(8, year, true)
  view.setUint16(10, dayOfYear, true)
  view.setUint8(12, hour)
  view.setUint8(13, minute)
  view.setUint8(14, second)
}

/** @returns the same bytes, with their checksum */
export function sealV3Record(record: Uint8Array): Uint8Array {
  sealCrc(record)
  return record
}

function extraHeaders(timingQuality: number | undefined): Uint8Array {
  if (timingQuality === undefined) return new Uint8Array(0)
  return new TextEncoder().encode(JSON.stringify({ FDSN: { Time: { Quality: timingQuality } } }))
}
