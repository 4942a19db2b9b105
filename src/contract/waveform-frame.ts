/**
 * The feed's binary frame: some rows of one instrument's three components on the absolute grid. Little-endian.
 *
 * | offset | type | field |
 * |---|---|---|
 * | 0 | uint32 | magic, the letters `QWF1` |
 * | 4 | uint32 | header length h in bytes, a multiple of 4 |
 * | 8 | float64 | time of the first row, microseconds since 1970 (a whole number) |
 * | 16 | float64 | grid rate, Hz |
 * | 24 | uint32 | rows n |
 * | 28 | uint32 | length of the instrument id in bytes |
 * | 32 | ASCII | instrument id, zero-padded up to h |
 * | h | float32 × 3n | rows Z, N, E, source units |
 *
 * No zod here, so that a page can read frames with these few lines alone.
 */
export interface WaveformFrame {
  readonly instrument: string
  /** Microseconds since 1970 of the first row. */
  readonly startTime: number
  /** Hz. */
  readonly rate: number
  /** Row-major [rows, 3] in the order Z, N, E, source units. */
  readonly samples: Float32Array | Float64Array
}

const MAGIC = 0x31465751
const FIXED_BYTES = 32
const COMPONENTS = 3

export function encodeWaveformFrame({ instrument, startTime, rate, samples }: WaveformFrame): Uint8Array<ArrayBuffer> {
  const id = new TextEncoder().encode(instrument)
  const headerBytes = FIXED_BYTES + Math.ceil(id.length / 4) * 4
  const frame = new Uint8Array(headerBytes + samples.length * 4)
  const view = new DataView(frame.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, headerBytes, true)
  view.setFloat64(8, startTime, true)
  view.setFloat64(16, rate, true)
  view.setUint32(24, samples.length / COMPONENTS, true)
  view.setUint32(28, id.length, true)
  frame.set(id, FIXED_BYTES)
  for (let i = 0; i < samples.length; i++) view.setFloat32(headerBytes + i * 4, samples[i] as number, true)
  return frame
}

/** @returns undefined when the bytes are no such frame (unknown magic, lengths that do not fit) */
export function decodeWaveformFrame(bytes: Uint8Array): WaveformFrame | undefined {
  if (bytes.length < FIXED_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerBytes = view.getUint32(4, true)
  const values = view.getUint32(24, true) * COMPONENTS
  const idBytes = view.getUint32(28, true)
  if (view.getUint32(0, true) !== MAGIC || FIXED_BYTES + idBytes > headerBytes) return undefined
  if (bytes.length !== headerBytes + values * 4) return undefined
  const samples = new Float32Array(values)
  for (let i = 0; i < values; i++) samples[i] = view.getFloat32(headerBytes + i * 4, true)
  const instrument = new TextDecoder().decode(bytes.subarray(FIXED_BYTES, FIXED_BYTES + idBytes))
  return { instrument, startTime: view.getFloat64(8, true), rate: view.getFloat64(16, true), samples }
}
