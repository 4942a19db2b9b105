import { type BlocketteOffsets, findBlockettes } from './blockettes.ts'
import type { ByteOrder } from './record-header.ts'

/** Longest miniSEED 3 record that is believed; the format itself allows 4 GiB. */
export const DEFAULT_MAX_RECORD_LENGTH = 16 * 1024 * 1024

/** Bytes that must be at hand before a start of a record can be recognised. */
export const RECOGNISABLE_LENGTH = 48

const V3_FIXED_LENGTH = 40
/** Years whose nanoseconds since 1970 fit 64 bits, as every other reader keeps them. */
export const FIRST_V3_YEAR = 1678
export const LAST_V3_YEAR = 2261
const SHORTEST_V2_EXPONENT = 7 // 128 bytes
const LONGEST_V2_EXPONENT = 16 // 64 KiB
const LONGEST_V2_RECORD = 1 << LONGEST_V2_EXPONENT
/** Headers of a volume whose records do not give their length are searched in these steps, as libmseed does. */
const SEARCH_STEP = 64

export interface RecordLengthOptions {
  /** Where the record begins in `bytes`. Default 0. */
  readonly offset?: number
  /** One past the last byte at hand. Default: all of `bytes`. */
  readonly end?: number
  /** True when no more bytes will follow: a record without a length of its own may then take the rest. Default false. */
  readonly isComplete?: boolean
  /** Longest miniSEED 3 record to believe, in bytes. */
  readonly maxRecordLength?: number
}

/**
 * Length of the miniSEED 2 or 3 record that begins at `offset`, from its header.
 *
 * miniSEED 2 takes it from blockette 1000; a record without one ends where the next header begins (searched in steps of
 * 64 bytes), or, with `isComplete`, with the bytes when their number is a possible record length.
 *
 * @returns the length in bytes (the record itself may not be at hand yet), `needs-more` when the bytes at hand do not
 *   decide, `not-a-record` when no record begins here
 */
export function detectRecordLength(bytes: Uint8Array, options: RecordLengthOptions = {}): number | 'needs-more' | 'not-a-record' {
  const { offset = 0, end = bytes.length, isComplete = false, maxRecordLength = DEFAULT_MAX_RECORD_LENGTH } = options
  if (end - offset < RECOGNISABLE_LENGTH && !(isComplete && isV3Start(bytes, offset, end))) {
    return isComplete ? 'not-a-record' : 'needs-more'
  }
  if (isV3Start(bytes, offset, end)) {
    const length = v3Length(bytes, offset)
    return length > maxRecordLength ? 'not-a-record' : length
  }
  const byteOrder = v2ByteOrder(bytes, offset)
  if (byteOrder === undefined) return 'not-a-record'
  return v2Length(bytes, offset, end, byteOrder === 'little', isComplete)
}

/**
 * Byte order of the miniSEED 2 header that begins at `offset` (at least 48 bytes must be there), undefined when none does.
 * Sequence number, quality and time of day must be possible; the order is the one in which year and day are.
 */
export function v2ByteOrder(bytes: Uint8Array, offset: number): ByteOrder | undefined {
  if (!isDataQuality(byteAt(bytes, offset + 6)) || !isBlank(byteAt(bytes, offset + 7))) return undefined
  for (let index = offset; index < offset + 6; index++) {
    const character = byteAt(bytes, index)
    if (!isBlank(character) && !isDigit(character)) return undefined
  }
  if (byteAt(bytes, offset + 24) > 23 || byteAt(bytes, offset + 25) > 59 || byteAt(bytes, offset + 26) > 60) return undefined
  const year0 = byteAt(bytes, offset + 20)
  const year1 = byteAt(bytes, offset + 21)
  const day0 = byteAt(bytes, offset + 22)
  const day1 = byteAt(bytes, offset + 23)
  if (isYearAndDay((year0 << 8) | year1, (day0 << 8) | day1)) return 'big'
  if (isYearAndDay((year1 << 8) | year0, (day1 << 8) | day0)) return 'little'
  return undefined
}

/** True when a miniSEED 3 fixed header begins at `offset`: signature, version and a possible time. */
export function isV3Start(bytes: Uint8Array, offset: number, end: number): boolean {
  if (bytes[offset] !== 0x4d || bytes[offset + 1] !== 0x53 || bytes[offset + 2] !== 3 || end - offset < V3_FIXED_LENGTH)
    return false
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, V3_FIXED_LENGTH)
  const year = view.getUint16(8, true)
  const day = view.getUint16(10, true)
  const isDate = year >= FIRST_V3_YEAR && year <= LAST_V3_YEAR && day >= 1 && day <= 366
  return isDate && view.getUint32(4, true) < 1e9 && view.getUint8(12) <= 23 && view.getUint8(13) <= 59 && view.getUint8(14) <= 60
}

/** True when a control header of a full SEED volume (V, A, S or T) begins at `offset`. */
export function isControlHeader(bytes: Uint8Array, offset: number): boolean {
  const type = byteAt(bytes, offset + 6)
  if (type !== 0x56 && type !== 0x41 && type !== 0x53 && type !== 0x54) return false
  const continuation = byteAt(bytes, offset + 7)
  if (continuation !== 0x20 && continuation !== 0x2a) return false
  for (let index = offset; index < offset + 6; index++) if (!isDigit(byteAt(bytes, index))) return false
  return true
}

function v3Length(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, V3_FIXED_LENGTH)
  return V3_FIXED_LENGTH + view.getUint8(33) + view.getUint16(34, true) + view.getUint32(36, true)
}

function v2Length(bytes: Uint8Array, offset: number, end: number, isLittleEndian: boolean, isComplete: boolean) {
  const atHand = Math.min(end - offset, LONGEST_V2_RECORD)
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, atHand)
  const blockettes = findBlockettes(view, isLittleEndian)
  const announced = announcedLength(view, blockettes)
  if (announced !== undefined) return announced
  const canGrow = !isComplete && atHand < LONGEST_V2_RECORD
  if (blockettes.chain === 'cut' && canGrow) return 'needs-more'
  const next = nextHeader(bytes, offset, end)
  if (next !== undefined) return next
  if (canGrow) return 'needs-more'
  return isComplete && isPossibleV2Length(end - offset) ? end - offset : 'not-a-record'
}

/** Record length of blockette 1000, undefined when there is none or it cannot be. */
export function announcedLength(view: DataView, blockettes: BlocketteOffsets): number | undefined {
  if (blockettes.dataOnly === 0) return undefined
  const exponent = view.getUint8(blockettes.dataOnly + 6)
  return exponent >= SHORTEST_V2_EXPONENT && exponent <= LONGEST_V2_EXPONENT ? 1 << exponent : undefined
}

function nextHeader(bytes: Uint8Array, offset: number, end: number): number | undefined {
  const last = Math.min(end - RECOGNISABLE_LENGTH, offset + LONGEST_V2_RECORD)
  for (let next = offset + SEARCH_STEP; next <= last; next += SEARCH_STEP) {
    const isHeader = v2ByteOrder(bytes, next) !== undefined || isV3Start(bytes, next, end) || isControlHeader(bytes, next)
    if (isHeader) return next - offset
  }
  return undefined
}

function isPossibleV2Length(length: number): boolean {
  return length >= 1 << SHORTEST_V2_EXPONENT && length <= LONGEST_V2_RECORD && (length & (length - 1)) === 0
}

function isYearAndDay(year: number, day: number): boolean {
  return year >= 1900 && year <= 2100 && day >= 1 && day <= 366
}

/** D, R, Q or M. */
function isDataQuality(character: number): boolean {
  return character === 0x44 || character === 0x52 || character === 0x51 || character === 0x4d
}

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39
}

/** Blank or NUL: both fill unused header bytes in practice. */
function isBlank(character: number): boolean {
  return character === 0x20 || character === 0
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0
}
