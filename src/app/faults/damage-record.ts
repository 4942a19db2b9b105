import type { DamagedPart } from '../../contract/faults.ts'
import { parseHeader, type RecordHeader } from '../../miniseed/index.ts'
import type { Random } from '../synth/random.ts'

/** Byte and bit (0 lowest). */
export type Flip = [byte: number, bit: number]

const V2_HEADER_BYTES = 48
const V3_HEADER_BYTES = 40
const V3_DATA_LENGTH_AT = 36
const V2_SAMPLE_COUNT_AT = 30
const V2_FIRST_BLOCKETTE_AT = 46
const BLOCKETTE_1000 = 1000
/** Where blockette 1000 keeps the exponent of the record's length. */
const LENGTH_EXPONENT_AT = 6
/** Flipping one of these turns 512 bytes into 256, 2 KiB or 8 KiB: lengths that a reader believes. */
const EXPONENT_BITS = 3

/**
 * Which bits of a record are flipped.
 *
 * @param bits how many, in header or data; a damaged length has one
 */
export function flipsIn(record: Uint8Array, part: DamagedPart, bits: number, random: Random): Flip[] {
  const header = parseHeader(record)
  if (part === 'length') return [lengthFlip(record, header, random)]
  const headerBytes = header.formatVersion === 2 ? V2_HEADER_BYTES : V3_HEADER_BYTES
  const [start, length] = part === 'header' ? [0, headerBytes] : [header.dataOffset, header.dataLength]
  // A record without data has nothing but its header.
  const [from, count] = length > 0 ? [start, length] : [0, headerBytes]
  return Array.from({ length: bits }, () => [from + random.index(count), random.index(8)])
}

export function withFlips(record: Uint8Array, flips: readonly Flip[]): Uint8Array {
  const damaged = record.slice()
  for (const [byte, bit] of flips) if (byte < damaged.length) damaged[byte]! ^= 1 << bit
  return damaged
}

function lengthFlip(record: Uint8Array, { formatVersion, byteOrder }: RecordHeader, random: Random): Flip {
  if (formatVersion === 3) return [V3_DATA_LENGTH_AT + random.index(2), random.index(8)]
  const blockette = blockette1000(record, byteOrder === 'little')
  if (blockette !== undefined) return [blockette + LENGTH_EXPONENT_AT, random.index(EXPONENT_BITS)]
  return [V2_SAMPLE_COUNT_AT + random.index(2), random.index(8)]
}

/** Offset of the blockette that tells the length; undefined when the record has none. */
function blockette1000(record: Uint8Array, isLittleEndian: boolean): number | undefined {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  let offset = view.getUint16(V2_FIRST_BLOCKETTE_AT, isLittleEndian)
  while (offset >= V2_HEADER_BYTES && offset + LENGTH_EXPONENT_AT < record.length) {
    if (view.getUint16(offset, isLittleEndian) === BLOCKETTE_1000) return offset
    const next = view.getUint16(offset + 2, isLittleEndian)
    if (next <= offset) return undefined
    offset = next
  }
  return undefined
}
