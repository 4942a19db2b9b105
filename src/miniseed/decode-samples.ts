import { MiniseedFormatError } from '../domain/errors.ts'
import type { Samples } from '../domain/trace.ts'
import { describeEncoding, ENCODING, sampleKindOf, sampleLengthOf } from './encoding.ts'
import { cdsnSample, geoscope3Sample, geoscope4Sample, sroSample } from './gain-ranged.ts'
import type { RecordHeader } from './record-header.ts'
import { decodeSteim } from './steim.ts'

/** A Steim2 frame of 64 bytes holds at most 105 samples. */
const MOST_SAMPLES_PER_BYTE = 105 / 64

/** The array that `decodeSamplesInto` needs for this record. */
export function allocateSamples(header: RecordHeader): Samples {
  const length = checkedSampleCount(header)
  const kind = sampleKindOf(header.encoding)
  if (kind === 'float64') return new Float64Array(length)
  return kind === 'float32' ? new Float32Array(length) : new Int32Array(length)
}

/**
 * Decodes a record's samples into a caller-owned array; allocates nothing per sample.
 *
 * @param bytes the record; `header` is its header
 * @param target Int32Array, Float32Array or Float64Array as `sampleKindOf(header.encoding)` says, at least
 *   `header.sampleCount` long; what lies behind the last sample stays untouched
 * @returns the number of samples written
 * @throws {MiniseedFormatError} when the encoding is unknown or text, or the payload is shorter than its samples
 * @throws {SteimIntegrityError} when the last Steim sample is not the stored one
 */
export function decodeSamplesInto(bytes: Uint8Array, header: RecordHeader, target: Samples): number {
  const count = checkedSampleCount(header)
  if (count === 0) return 0
  checkTarget(header, target)
  const view = new DataView(bytes.buffer, bytes.byteOffset, header.byteLength)
  const isLittleEndian = header.dataByteOrder === 'little'
  const { dataOffset: offset, encoding } = header
  switch (encoding) {
    case ENCODING.steim1:
    case ENCODING.steim2: {
      const { dataLength: length, sourceId } = header
      // Steim frames are big-endian by definition; in miniSEED 3 nothing may change that.
      const isSwapped = isLittleEndian && header.formatVersion === 2
      const payload = { view, offset, length, isLittleEndian: isSwapped, sampleCount: count, sourceId }
      decodeSteim(encoding === ENCODING.steim1 ? 1 : 2, payload, target as Int32Array)
      break
    }
    case ENCODING.int16:
    case ENCODING.dwwssn:
      for (let index = 0; index < count; index++) target[index] = view.getInt16(offset + 2 * index, isLittleEndian)
      break
    case ENCODING.int32:
      for (let index = 0; index < count; index++) target[index] = view.getInt32(offset + 4 * index, isLittleEndian)
      break
    case ENCODING.float32:
      for (let index = 0; index < count; index++) target[index] = view.getFloat32(offset + 4 * index, isLittleEndian)
      break
    case ENCODING.float64:
      for (let index = 0; index < count; index++) target[index] = view.getFloat64(offset + 8 * index, isLittleEndian)
      break
    case ENCODING.int24:
    case ENCODING.geoscope24:
      for (let index = 0; index < count; index++) target[index] = int24(view, offset + 3 * index, isLittleEndian)
      break
    default:
      decodeGainRanged(view, header, isLittleEndian, target, count)
  }
  return count
}

/**
 * The sample count of the header, once it is known to be possible in the payload: a lying header must not make us allocate.
 *
 * @throws {MiniseedFormatError} when the encoding is unknown or the payload is too short
 */
export function checkedSampleCount(header: RecordHeader): number {
  const { sampleCount, dataLength, encoding, sourceId, dataOffset } = header
  if (sampleCount === 0) return 0
  if (sampleKindOf(encoding) === undefined) {
    throw new MiniseedFormatError(`record of ${sourceId}: expected an encoding that we read, got ${describeEncoding(encoding)}`, {
      byteOffset: dataOffset,
      sourceId,
      got: encoding,
    })
  }
  const sampleLength = sampleLengthOf(encoding)
  const most = sampleLength === undefined ? Math.floor(dataLength * MOST_SAMPLES_PER_BYTE) : Math.floor(dataLength / sampleLength)
  if (sampleCount <= most) return sampleCount
  throw new MiniseedFormatError(
    `record of ${sourceId}: expected ${sampleCount} samples (${describeEncoding(encoding)}), got ${dataLength} bytes, enough for ${most}`,
    { byteOffset: dataOffset, sourceId, expected: sampleCount, got: most },
  )
}

function checkTarget(header: RecordHeader, target: Samples): void {
  const kind = sampleKindOf(header.encoding)
  const got = target instanceof Int32Array ? 'int32' : target instanceof Float32Array ? 'float32' : 'float64'
  if (kind === got && target.length >= header.sampleCount) return
  const { sourceId, sampleCount } = header
  throw new MiniseedFormatError(
    `record of ${sourceId}: expected room for ${sampleCount} ${kind} samples, got ${target.length} of ${got}`,
    { sourceId, expected: `${sampleCount} ${kind}`, got: `${target.length} ${got}` },
  )
}

function decodeGainRanged(view: DataView, header: RecordHeader, isLittleEndian: boolean, target: Samples, count: number): void {
  const decode = GAIN_RANGED.get(header.encoding)
  if (decode === undefined) throw new TypeError(`decodeSamplesInto: encoding ${header.encoding} has a kind but no decoder`)
  for (let index = 0; index < count; index++) {
    target[index] = decode(view.getUint16(header.dataOffset + 2 * index, isLittleEndian))
  }
}

const GAIN_RANGED: ReadonlyMap<number, (word: number) => number> = new Map<number, (word: number) => number>([
  [ENCODING.cdsn, cdsnSample],
  [ENCODING.sro, sroSample],
  [ENCODING.geoscope16Exponent3, geoscope3Sample],
  [ENCODING.geoscope16Exponent4, geoscope4Sample],
])

function int24(view: DataView, offset: number, isLittleEndian: boolean): number {
  return isLittleEndian
    ? (view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)
    : (view.getInt8(offset) << 16) | view.getUint16(offset + 1, false)
}
