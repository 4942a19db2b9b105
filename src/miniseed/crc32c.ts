/** CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected, as miniSEED 3 uses it. */
const POLYNOMIAL = 0x82f63b78

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc
})

const V3_CRC_OFFSET = 28
const V3_CRC_LENGTH = 4

/** @returns the checksum as an unsigned 32-bit number; `crc32c('123456789')` is 0xe3069283 */
export function crc32c(bytes: Uint8Array): number {
  return ~update(-1, bytes, 0, bytes.length) >>> 0
}

/** Checksum of a miniSEED 3 record: of all its bytes, with the field of the checksum itself taken as zero. */
export function recordCrc(record: Uint8Array): number {
  let crc = update(-1, record, 0, V3_CRC_OFFSET)
  for (let index = 0; index < V3_CRC_LENGTH; index++) crc = TABLE[crc & 0xff]! ^ (crc >>> 8)
  return ~update(crc, record, V3_CRC_OFFSET + V3_CRC_LENGTH, record.length) >>> 0
}

/** Checksum that the miniSEED 3 record carries. */
export function storedCrc(record: Uint8Array): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(V3_CRC_OFFSET, true)
}

/** Writes the right checksum into a miniSEED 3 record. */
export function sealCrc(record: Uint8Array): void {
  new DataView(record.buffer, record.byteOffset).setUint32(V3_CRC_OFFSET, recordCrc(record), true)
}

function update(start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start
  for (let index = from; index < to; index++) crc = TABLE[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8)
  return crc
}
