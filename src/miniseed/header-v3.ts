import { MiniseedFormatError } from '../domain/errors.ts'
import { parseSourceId, type SourceId } from '../domain/source-id.ts'
import type { RecordHeader } from './record-header.ts'
import { utcMicros } from './record-time.ts'

const FIXED_LENGTH = 40

const text = new TextDecoder()

/**
 * miniSEED 3 (FDSN, 2023): little-endian fixed header of 40 bytes, source identifier, extra headers (JSON), payload.
 * The start time needs no correction: FDSN.Time.Correction tells what has been applied.
 *
 * @param bytes exactly one record, whose start has been recognised
 * @throws {MiniseedFormatError} when the record is longer than the bytes, its rate is no number, or its identifier is no FDSN
 *   source identifier
 */
export function parseV3Header(bytes: Uint8Array): RecordHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const idLength = view.getUint8(33)
  const extraLength = view.getUint16(34, true)
  const dataOffset = FIXED_LENGTH + idLength + extraLength
  const dataLength = view.getUint32(36, true)
  const byteLength = dataOffset + dataLength
  if (byteLength > bytes.length) {
    throw formatError(`expected ${byteLength} bytes`, bytes.length, { byteOffset: 36, expected: byteLength, got: bytes.length })
  }
  const sourceId = v3SourceId(bytes.subarray(FIXED_LENGTH, FIXED_LENGTH + idLength))
  return {
    formatVersion: 3,
    sourceId,
    startTime: v3StartTime(view),
    sampleRate: v3SampleRate(view, sourceId),
    sampleCount: view.getUint32(24, true),
    encoding: view.getUint8(15),
    byteLength,
    dataOffset,
    dataLength,
    byteOrder: 'little',
    dataByteOrder: 'little',
    publicationVersion: view.getUint8(32),
    flags: view.getUint8(3),
    timingQuality: timingQualityOf(bytes.subarray(FIXED_LENGTH + idLength, dataOffset)),
  }
}

/** Its fields are in range: that is how the start of the record was recognised. */
function v3StartTime(view: DataView): bigint {
  const [year, dayOfYear] = [view.getUint16(8, true), view.getUint16(10, true)]
  const micros = utcMicros(year, dayOfYear, view.getUint8(12), view.getUint8(13), view.getUint8(14))
  return BigInt(micros) * 1000n + BigInt(view.getUint32(4, true))
}

/** A negative value is the sample period in seconds. */
function v3SampleRate(view: DataView, sourceId: SourceId): number {
  const value = view.getFloat64(16, true)
  const rate = value < 0 ? -1 / value : value
  if (Number.isFinite(rate)) return rate
  throw formatError(`sample rate of ${sourceId}: expected a finite number of hertz`, value, {
    byteOffset: 16,
    sourceId,
    got: value,
  })
}

/** Ids that the rest of the system cannot take apart end here. */
function v3SourceId(bytes: Uint8Array): SourceId {
  const id = text.decode(bytes)
  if (id.startsWith('FDSN:') && parseSourceId(id) !== undefined) return id as SourceId
  throw formatError('source identifier: expected FDSN:NET_STA_LOC_B_S_SS', JSON.stringify(id), {
    byteOffset: FIXED_LENGTH,
    got: id,
  })
}

/** FDSN.Time.Quality of the extra headers, percent. Extra headers that are no JSON say nothing: the samples are still good. */
function timingQualityOf(extraHeaders: Uint8Array): number | undefined {
  if (extraHeaders.length === 0) return undefined
  const json = text.decode(extraHeaders)
  if (!json.includes('"Quality"')) return undefined
  try {
    const quality: unknown = JSON.parse(json)?.FDSN?.Time?.Quality
    return typeof quality === 'number' ? quality : undefined
  } catch {
    return undefined
  }
}

function formatError(what: string, got: string | number, context: Record<string, string | number>): MiniseedFormatError {
  return new MiniseedFormatError(`miniSEED 3 record, ${what}, got ${got}`, context)
}
