/** Self-made miniSEED records: correct headers, no samples worth decoding. */

export interface RecordFields {
  readonly network?: string
  readonly station?: string
  readonly location?: string
  readonly channel?: string
  /** Microseconds since 1970. */
  readonly startTime?: number
  /** Power of two from 128 to 65536. */
  readonly length?: number
  readonly hasBlockette1000?: boolean
  /** Fills the data area, so that two records differ. */
  readonly fill?: number
}

const START = Date.UTC(2026, 0, 1) * 1000

/** A big-endian miniSEED 2 record (SEED 2.4 fixed header, blockette 1000). */
export function miniseed2(fields: RecordFields = {}): Uint8Array {
  const { network = 'XX', station = 'AAA', location = '00', channel = 'HHZ', startTime = START, length = 512, fill = 0 } = fields
  const bytes = new Uint8Array(length).fill(fill, 64)
  const view = new DataView(bytes.buffer)
  const date = new Date(Math.floor(startTime / 1000))
  const year = date.getUTCFullYear()
  writeText(bytes, 0, '000001D ')
  writeText(bytes, 8, `${station.padEnd(5)}${location.padEnd(2)}${channel.padEnd(3)}${network.padEnd(2)}`)
  view.setUint16(20, year)
  view.setUint16(22, Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1)
  bytes[24] = date.getUTCHours()
  bytes[25] = date.getUTCMinutes()
  bytes[26] = date.getUTCSeconds()
  view.setUint16(28, Math.floor((startTime % 1_000_000) / 100))
  view.setUint16(30, 100)
  view.setUint16(32, 100)
  view.setUint16(34, 1)
  view.setUint16(44, 64)
  if (fields.hasBlockette1000 === false) return bytes
  bytes[39] = 1
  view.setUint16(46, 48)
  view.setUint16(48, 1000)
  bytes[52] = 10
  bytes[53] = 1
  bytes[54] = Math.log2(length)
  return bytes
}

/** A miniSEED 3 record of any payload length. */
export function miniseed3(sourceId = 'FDSN:XX_AAA_00_H_H_Z', payloadLength = 100): Uint8Array {
  const bytes = new Uint8Array(40 + sourceId.length + payloadLength)
  const view = new DataView(bytes.buffer)
  writeText(bytes, 0, 'MS')
  bytes[2] = 3
  view.setUint16(8, 2026, true)
  view.setUint16(10, 1, true)
  bytes[33] = sourceId.length
  view.setUint32(36, payloadLength, true)
  writeText(bytes, 40, sourceId)
  return bytes
}

export function packetV3(sequence: number | string, record: Uint8Array): Uint8Array {
  const number = typeof sequence === 'string' ? sequence : sequence.toString(16).toUpperCase().padStart(6, '0')
  return joined(text(`SL${number}`), record)
}

export function packetV4(
  sequence: bigint,
  station: string,
  record: Uint8Array,
  format = record[0] === 0x4d ? '3D' : '2D',
): Uint8Array {
  const header = new Uint8Array(17)
  const view = new DataView(header.buffer)
  writeText(header, 0, `SE${format}`)
  view.setUint32(4, record.length, true)
  view.setBigUint64(8, sequence, true)
  header[16] = station.length
  return joined(header, text(station), record)
}

/** INFO text as v3 sends it: text records of 512 bytes, SeisComP's data offset 64 or ringserver's 56. */
export function infoV3(xml: string, dataOffset: 56 | 64 = 64, channel = 'INF'): Uint8Array {
  const room = 512 - dataOffset
  const parts: Uint8Array[] = []
  for (let at = 0; at < xml.length; at += room) {
    const part = text(xml.slice(at, at + room))
    const record = miniseed2({ station: 'INFO', location: '', channel })
    const view = new DataView(record.buffer)
    view.setUint16(30, part.length)
    view.setUint16(44, dataOffset)
    record.set(part, dataOffset)
    parts.push(packetV3(at + room < xml.length ? 'INFO *' : 'INFO  ', record))
  }
  return joined(...parts)
}

export function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters)
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Cuts bytes at the given lengths, taken in turn; the rest is the last piece. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? bytes.length)
    pieces.push(bytes.slice(at, at + length))
    at += length
  }
  return pieces
}

function writeText(bytes: Uint8Array, at: number, characters: string): void {
  bytes.set(text(characters), at)
}
