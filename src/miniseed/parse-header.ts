import { MiniseedFormatError } from '../domain/errors.ts'
import { parseV2Header } from './header-v2.ts'
import { parseV3Header } from './header-v3.ts'
import type { RecordHeader } from './record-header.ts'
import { isV3Start, RECOGNISABLE_LENGTH, v2ByteOrder } from './record-length.ts'

/**
 * Reads the header of one record; looks at no sample.
 *
 * @param bytes exactly one record (`detectRecordLength` finds where it ends)
 * @throws {MiniseedFormatError} when the bytes are no miniSEED header, are shorter than it says, or name an impossible time
 */
export function parseHeader(bytes: Uint8Array): RecordHeader {
  if (isV3Start(bytes, 0, bytes.length)) return parseV3Header(bytes)
  const byteOrder = bytes.length >= RECOGNISABLE_LENGTH ? v2ByteOrder(bytes, 0) : undefined
  if (byteOrder !== undefined) return parseV2Header(bytes, byteOrder)
  throw new MiniseedFormatError(`miniSEED header: expected the start of a record, got ${describeStart(bytes)}`, {
    byteOffset: 0,
    expected: 'start of a miniSEED record',
    got: describeStart(bytes),
  })
}

function describeStart(bytes: Uint8Array): string {
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${bytes.length} bytes that begin with ${start || 'nothing'}`
}
