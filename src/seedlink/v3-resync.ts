import type { RecordLength } from './record-length.ts'

const HEADER_BYTES = 8
/** Bytes from which a v3 packet is told: its header and the fixed header of its record. */
export const V3_SYNC_BYTES = HEADER_BYTES + 48

/** True when `SL`, six hexadecimal digits (or an INFO header) and a record begin at `at`; `V3_SYNC_BYTES` must be there. */
export function isV3PacketAt(bytes: Uint8Array, at: number, recordLength: RecordLength): boolean {
  if (bytes[at] !== 0x53 || bytes[at + 1] !== 0x4c) return false
  if (isInfoHeader(bytes, at)) return true
  if (hexValue(bytes, at + 2) < 0) return false
  return recordLength(bytes.subarray(at + HEADER_BYTES, at + V3_SYNC_BYTES), V3_SYNC_BYTES - HEADER_BYTES) !== 'not-a-record'
}

/** True unless the bytes at hand show that nothing a v3 server may say while it streams begins at `start`. */
export function mayBeginV3(bytes: Uint8Array, start: number, end: number, recordLength: RecordLength): boolean {
  const available = end - start
  if (bytes[start] !== 0x53) return isBeginning('END', bytes, start, end) || isBeginning('ERROR', bytes, start, end)
  if (available >= V3_SYNC_BYTES) return isV3PacketAt(bytes, start, recordLength)
  if (available < HEADER_BYTES) return available < 2 || bytes[start + 1] === 0x4c
  return bytes[start + 1] === 0x4c && (isInfoHeader(bytes, start) || hexValue(bytes, start + 2) >= 0)
}

export function isInfoHeader(bytes: Uint8Array, start: number): boolean {
  return (
    bytes[start + 2] === 0x49 && // INFO
    bytes[start + 3] === 0x4e &&
    bytes[start + 4] === 0x46 &&
    bytes[start + 5] === 0x4f
  )
}

/** Value of six hexadecimal digits, −1 when one of them is none. */
export function hexValue(bytes: Uint8Array, start: number): number {
  let value = 0
  for (let at = start; at < start + 6; at++) {
    const byte = bytes[at] ?? 0
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66 ? (byte | 0x20) - 0x57 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** True when the bytes at hand agree with the word as far as they go. */
function isBeginning(word: string, bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = 0; index < word.length && start + index < end; index++) {
    if (bytes[start + index] !== word.charCodeAt(index)) return false
  }
  return true
}
