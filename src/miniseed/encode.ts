import { MiniseedFormatError } from '../domain/errors.ts'
import type { SourceId } from '../domain/source-id.ts'
import { type Nanos, sampleOffsetNanos } from '../domain/time.ts'
import type { Samples } from '../domain/trace.ts'
import { describeEncoding, ENCODING, sampleLengthOf } from './encoding.ts'
import type { ByteOrder } from './record-header.ts'
import type { RecordToWrite } from './record-to-write.ts'
import { FRAME_LENGTH } from './steim-layout.ts'
import { packSteim } from './steim-pack.ts'
import { writeV2Header } from './write-v2.ts'
import { sealV3Record, v3HeaderLength, writeV3Header } from './write-v3.ts'

export interface EncodeOptions {
  /** Default 2. */
  readonly formatVersion?: 2 | 3
  /** text, int16, int32, float32, float64, steim1 or steim2 of `ENCODING`. Default: steim2 for Int32Array, else the array's own. */
  readonly encoding?: number
  /** Bytes: of each miniSEED 2 record (a power of two, 128 … 65536), at most of each miniSEED 3 record. Default 512. */
  readonly recordLength?: number
  /** Of miniSEED 2 header and payload. Steim payloads are big-endian, always. Default big. */
  readonly byteOrder?: ByteOrder
  /** Sequence number of the first miniSEED 2 record. Default 1. */
  readonly sequenceNumber?: number
  /** miniSEED 2 knows 1 … 4 (R, D, Q, M). Default 2 (D) in miniSEED 2, 1 in miniSEED 3. */
  readonly publicationVersion?: number
  /** Percent. */
  readonly timingQuality?: number
}

const DEFAULT_RECORD_LENGTH = 512
/** The sample count of miniSEED 2 is 16 bits wide. */
const MOST_SAMPLES = 65_535
const WRITABLE: readonly number[] = [ENCODING.text, ENCODING.int16, ENCODING.int32, ENCODING.float32, ENCODING.float64]

/**
 * Writes contiguous samples as miniSEED records. Start times are those of each record's first sample: to the nanosecond in
 * miniSEED 3, to the nearest microsecond in miniSEED 2 (blockette 1001). A rate that miniSEED 2 cannot write as factor and
 * multiplier goes to blockette 100 as float32.
 *
 * @param startTime of the first sample
 * @param sampleRate Hz, > 0 (0 for text)
 * @throws {MiniseedFormatError} when a sample does not fit the encoding, or an option or code does not fit the format
 */
export function encodeRecords(
  sourceId: SourceId,
  startTime: Nanos,
  sampleRate: number,
  samples: Samples | Uint8Array,
  options: EncodeOptions = {},
): Uint8Array[] {
  const { formatVersion = 2, recordLength = DEFAULT_RECORD_LENGTH, byteOrder = 'big', sequenceNumber = 1 } = options
  const encoding = options.encoding ?? naturalEncoding(samples)
  const records: Uint8Array[] = []
  for (let index = 0; index < samples.length; ) {
    const described = {
      sourceId,
      startTime: sampleRate > 0 ? startTime + sampleOffsetNanos(index, sampleRate) : startTime,
      sampleRate,
      encoding,
      byteOrder: formatVersion === 3 ? ('little' as const) : byteOrder,
      sequenceNumber: sequenceNumber + records.length,
      publicationVersion: options.publicationVersion ?? (formatVersion === 2 ? 2 : 1),
      timingQuality: options.timingQuality,
    }
    const { record, count } =
      formatVersion === 2 ? encodeV2(described, samples, index, recordLength) : encodeV3(described, samples, index, recordLength)
    records.push(record)
    index += count
  }
  return records
}

/**
 * One text record (encoding 0), as SeedLink INFO answers and log channels use them.
 *
 * @throws {MiniseedFormatError} when the text is empty or does not fit one record
 */
export function encodeText(sourceId: SourceId, startTime: Nanos, text: string, options: EncodeOptions = {}): Uint8Array {
  const records = encodeRecords(sourceId, startTime, 0, new TextEncoder().encode(text), {
    ...options,
    encoding: ENCODING.text,
  })
  const [record] = records
  if (record !== undefined && records.length === 1) return record
  throw new MiniseedFormatError(`text record of ${sourceId}: expected 1 character to a record full, got ${text.length}`, {
    sourceId,
    got: text.length,
  })
}

type Described = Omit<RecordToWrite, 'sampleCount'>

interface Encoded {
  readonly record: Uint8Array
  readonly count: number
}

function encodeV2(described: Described, samples: Samples | Uint8Array, from: number, recordLength: number): Encoded {
  const record = new Uint8Array(recordLength)
  const dataOffset = writeV2Header(record, { ...described, sampleCount: 0 })
  const payload = fillPayload(described, samples, from, record.subarray(dataOffset))
  new DataView(record.buffer).setUint16(30, payload.count, described.byteOrder === 'little')
  return { record, count: payload.count }
}

function encodeV3(described: Described, samples: Samples | Uint8Array, from: number, recordLength: number): Encoded {
  const record = new Uint8Array(recordLength)
  const dataOffset = v3HeaderLength(described)
  const { count, length } = fillPayload(described, samples, from, record.subarray(dataOffset))
  writeV3Header(record, { ...described, sampleCount: count }, length)
  return { record: sealV3Record(record.slice(0, dataOffset + length)), count }
}

/** @returns how many samples and bytes went into the payload; at least one sample */
function fillPayload(described: Described, samples: Samples | Uint8Array, from: number, payload: Uint8Array) {
  const { encoding, sourceId, byteOrder } = described
  const filled = fill(encoding, samples, from, payload, byteOrder === 'little')
  if (filled.count > 0) return filled
  throw new MiniseedFormatError(
    `encode ${sourceId}: expected a record long enough for a sample of ${describeEncoding(encoding)}, got ${payload.length} bytes of payload`,
    { sourceId, encoding, got: payload.length },
  )
}

function fill(encoding: number, samples: Samples | Uint8Array, from: number, payload: Uint8Array, isLittleEndian: boolean) {
  if (encoding === ENCODING.steim1 || encoding === ENCODING.steim2) {
    if (!(samples instanceof Int32Array)) throw new TypeError('encodeRecords: Steim takes an Int32Array')
    const frames = payload.subarray(0, payload.length - (payload.length % FRAME_LENGTH))
    if (frames.length === 0) return { count: 0, length: 0 }
    const atMost = samples.subarray(0, from + MOST_SAMPLES)
    return packSteim(encoding === ENCODING.steim1 ? 1 : 2, atMost, from, frames)
  }
  const sampleLength = WRITABLE.includes(encoding) ? sampleLengthOf(encoding) : undefined
  if (sampleLength === undefined) {
    throw new MiniseedFormatError(`encode: expected an encoding that we write, got ${describeEncoding(encoding)}`, {
      got: encoding,
    })
  }
  const count = Math.min(samples.length - from, Math.floor(payload.length / sampleLength))
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  for (let index = 0; index < count; index++) {
    writeSample(encoding, view, index * sampleLength, samples[from + index]!, isLittleEndian)
  }
  return { count, length: count * sampleLength }
}

function writeSample(encoding: number, view: DataView, offset: number, value: number, isLittleEndian: boolean): void {
  if (encoding === ENCODING.float64) view.setFloat64(offset, value, isLittleEndian)
  else if (encoding === ENCODING.float32) view.setFloat32(offset, value, isLittleEndian)
  else if (encoding === ENCODING.int32) view.setInt32(offset, asInteger(value, 32), isLittleEndian)
  else if (encoding === ENCODING.int16) view.setInt16(offset, asInteger(value, 16), isLittleEndian)
  else view.setUint8(offset, value)
}

function asInteger(value: number, bits: number): number {
  const limit = 2 ** (bits - 1)
  if (Number.isInteger(value) && value >= -limit && value < limit) return value
  throw new MiniseedFormatError(`encode: expected a whole number of ${bits} bits, got ${value}`, {
    expected: `int${bits}`,
    got: value,
  })
}

function naturalEncoding(samples: Samples | Uint8Array): number {
  if (samples instanceof Float64Array) return ENCODING.float64
  if (samples instanceof Float32Array) return ENCODING.float32
  return samples instanceof Uint8Array ? ENCODING.text : ENCODING.steim2
}
