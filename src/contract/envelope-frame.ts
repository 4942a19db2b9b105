/**
 * The feed's other binary frame: the extremes of each second, for sparklines of many instruments. One block per instrument and
 * run without a gap. Little-endian.
 *
 * | offset | type | field |
 * |---|---|---|
 * | 0 | uint32 | magic, the letters `QWE1` |
 * | 4 | uint32 | number of blocks |
 * | 8 | float64 | seconds per row: 1 in the feed |
 * | 16 | | blocks, one after the other |
 *
 * | offset in the block | type | field |
 * |---|---|---|
 * | 0 | uint32 | header length h in bytes, a multiple of 4 |
 * | 4 | uint32 | rows n |
 * | 8 | float64 | time of the first row, microseconds since 1970 (a whole number) |
 * | 16 | uint32 | length of the instrument id in bytes |
 * | 20 | ASCII | instrument id, zero-padded up to h |
 * | h | float32 × 6n | rows min Z, max Z, min N, max N, min E, max E, source units; NaN where no sample is a number |
 *
 * Row i holds the samples in [first row + i · seconds, first row + (i + 1) · seconds); rows lie on multiples of their length
 * since 1970. No zod here, so that a page can read frames with these few lines alone.
 */
export interface EnvelopeFrame {
  readonly secondsPerRow: number
  readonly envelopes: readonly Envelope[]
}

/** Extremes of one instrument's three components, row by row without a gap. */
export interface Envelope {
  readonly instrument: string
  /** Microseconds since 1970 at which the first row begins. */
  readonly startTime: number
  /** Row-major [rows, 6]: min Z, max Z, min N, max N, min E, max E, source units. */
  readonly rows: Float32Array
}

/** Values of one row: the least and the largest of each component. */
export const ENVELOPE_COLUMNS = 6

const MAGIC = 0x31455751
const FRAME_BYTES = 16
const BLOCK_BYTES = 20

export function encodeEnvelopeFrame({ secondsPerRow, envelopes }: EnvelopeFrame): Uint8Array<ArrayBuffer> {
  const ids = envelopes.map(({ instrument }) => new TextEncoder().encode(instrument))
  const headers = ids.map((id) => BLOCK_BYTES + Math.ceil(id.length / 4) * 4)
  const length = envelopes.reduce((sum, { rows }, i) => sum + (headers[i] as number) + rows.length * 4, FRAME_BYTES)
  const frame = new Uint8Array(length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, envelopes.length, true)
  view.setFloat64(8, secondsPerRow, true)
  let at = FRAME_BYTES
  envelopes.forEach(({ startTime, rows }, i) => {
    const id = ids[i] as Uint8Array
    const headerBytes = headers[i] as number
    view.setUint32(at, headerBytes, true)
    view.setUint32(at + 4, rows.length / ENVELOPE_COLUMNS, true)
    view.setFloat64(at + 8, startTime, true)
    view.setUint32(at + 16, id.length, true)
    frame.set(id, at + BLOCK_BYTES)
    at += headerBytes
    for (let k = 0; k < rows.length; k++, at += 4) view.setFloat32(at, rows[k] as number, true)
  })
  return frame
}

/** @returns undefined when the bytes are no such frame (unknown magic, lengths that do not fit) */
export function decodeEnvelopeFrame(bytes: Uint8Array): EnvelopeFrame | undefined {
  if (bytes.length < FRAME_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) return undefined
  const envelopes: Envelope[] = []
  let at = FRAME_BYTES
  for (let left = view.getUint32(4, true); left > 0; left--) {
    if (at + BLOCK_BYTES > bytes.length) return undefined
    const headerBytes = view.getUint32(at, true)
    const values = view.getUint32(at + 4, true) * ENVELOPE_COLUMNS
    const idBytes = view.getUint32(at + 16, true)
    if (BLOCK_BYTES + idBytes > headerBytes || at + headerBytes + values * 4 > bytes.length) return undefined
    const instrument = new TextDecoder().decode(bytes.subarray(at + BLOCK_BYTES, at + BLOCK_BYTES + idBytes))
    const startTime = view.getFloat64(at + 8, true)
    at += headerBytes
    const rows = new Float32Array(values)
    for (let k = 0; k < values; k++, at += 4) rows[k] = view.getFloat32(at, true)
    envelopes.push({ instrument, startTime, rows })
  }
  return at === bytes.length ? { secondsPerRow: view.getFloat64(8, true), envelopes } : undefined
}
