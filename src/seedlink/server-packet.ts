import { NANOS_PER_SECOND, type Nanos } from '../domain/time.ts'

/** Every packet of v3 carries one record of this length; old clients know no other. */
export const V3_RECORD_BYTES = 512

/** v3 shows the low 24 bits of a sequence number. */
export const V3_SEQUENCE_MODULUS = 2 ** 24

const V4_HEADER_BYTES = 17

/** The three bytes that say: nothing more will come. */
export const END_TOKEN = ascii('END')

/** `SL`, six hexadecimal digits, the record. */
export function frameV3(sequence: number, record: Uint8Array): Uint8Array {
  const digits = (sequence % V3_SEQUENCE_MODULUS).toString(16).toUpperCase().padStart(6, '0')
  return join(ascii(`SL${digits}`), record)
}

/**
 * SeedLink 4.0 § Packets: signature, format, subformat, payload length, sequence, station id, payload; little-endian.
 *
 * @param format two characters: `2D`, `3D`, `JI`, `JE`
 * @param stationId at most 255 characters
 */
export function frameV4(format: string, sequence: number, stationId: string, payload: Uint8Array): Uint8Array {
  const station = ascii(stationId)
  const packet = new Uint8Array(V4_HEADER_BYTES + station.length + payload.length)
  const view = new DataView(packet.buffer)
  packet.set(ascii(`SE${format}`))
  view.setUint32(4, payload.length, true)
  view.setBigUint64(8, BigInt(sequence), true)
  packet[16] = station.length
  packet.set(station, V4_HEADER_BYTES)
  packet.set(payload, V4_HEADER_BYTES + station.length)
  return packet
}

const INFO_DATA_OFFSET = 64
const INFO_TEXT_BYTES = V3_RECORD_BYTES - INFO_DATA_OFFSET

/**
 * An INFO answer of v3: the text cut into 512-byte miniSEED 2 log records (encoding 0), each behind `SLINFO *`, the last behind `SLINFO  `.
 *
 * @param time goes into the record headers
 */
export function frameV3Info(text: string, isError: boolean, time: Nanos): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  const count = Math.max(1, Math.ceil(bytes.length / INFO_TEXT_BYTES))
  const packets = Array.from({ length: count }, (_, index) => {
    const part = bytes.subarray(index * INFO_TEXT_BYTES, (index + 1) * INFO_TEXT_BYTES)
    const header = ascii(index === count - 1 ? 'SLINFO  ' : 'SLINFO *')
    return join(header, infoRecord(part, index + 1, isError, time))
  })
  return join(...packets)
}

/** One text record (SEED 2.4 chapter 8: fixed header, blockette 1000). */
function infoRecord(text: Uint8Array, number: number, isError: boolean, time: Nanos): Uint8Array {
  const record = new Uint8Array(V3_RECORD_BYTES)
  const view = new DataView(record.buffer)
  record.set(ascii(`${String(number % 1_000_000).padStart(6, '0')}D SLINF  ${isError ? 'ERR' : 'INF'}  `))
  writeBtime(view, 20, time)
  view.setUint16(30, text.length)
  view.setInt16(34, 1)
  view.setUint8(39, 1)
  view.setUint16(44, INFO_DATA_OFFSET)
  view.setUint16(46, 48)
  view.setUint16(48, 1000)
  view.setUint8(52, 0)
  view.setUint8(53, 1)
  view.setUint8(54, Math.log2(V3_RECORD_BYTES))
  record.set(text, INFO_DATA_OFFSET)
  return record
}

function writeBtime(view: DataView, offset: number, time: Nanos): void {
  const date = new Date(Number(time / 1_000_000n))
  const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1)
  view.setUint16(offset, date.getUTCFullYear())
  view.setUint16(offset + 2, Math.floor((date.getTime() - startOfYear) / 86_400_000) + 1)
  view.setUint8(offset + 4, date.getUTCHours())
  view.setUint8(offset + 5, date.getUTCMinutes())
  view.setUint8(offset + 6, date.getUTCSeconds())
  view.setUint16(offset + 8, Number((time % NANOS_PER_SECOND) / 100_000n))
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Text → one byte per character; used for text this program wrote itself. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
