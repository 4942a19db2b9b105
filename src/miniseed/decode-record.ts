import { MiniseedFormatError } from '../domain/errors.ts'
import type { Micros } from '../domain/time.ts'
import type { Samples, TraceRecord } from '../domain/trace.ts'
import { recordCrc, storedCrc } from './crc32c.ts'
import { allocateSamples, checkedSampleCount, decodeSamplesInto } from './decode-samples.ts'
import { ENCODING } from './encoding.ts'
import { parseHeader } from './parse-header.ts'
import type { RecordHeader } from './record-header.ts'
import type { SampleScratch } from './sample-scratch.ts'

/** One miniSEED record, decoded. Records without samples (text, events, headers only) are values like any other. */
export interface MiniseedRecord {
  readonly header: RecordHeader
  /** Empty for text and for records without samples. */
  readonly samples: Samples
  /** The characters of a text record, undefined otherwise. */
  readonly text: string | undefined
}

const NO_SAMPLES = new Int32Array(0)

/**
 * Decodes one record of either version.
 *
 * @param bytes exactly one record
 * @param scratch where its samples go, valid then until the next record; absent: memory of their own
 * @throws {MiniseedFormatError} when the header is impossible, the checksum wrong (miniSEED 3), the encoding unknown or the
 *   payload too short
 * @throws {SteimIntegrityError} when the last sample is not the one the first frame stores
 */
export function decodeRecord(bytes: Uint8Array, scratch?: SampleScratch): MiniseedRecord {
  const header = parseHeader(bytes)
  checkCrc(bytes, header)
  if (header.encoding === ENCODING.text) return { header, samples: NO_SAMPLES, text: textOf(bytes, header) }
  if (header.sampleCount === 0) return { header, samples: NO_SAMPLES, text: undefined }
  const samples = scratch === undefined ? allocateSamples(header) : scratch.allocate(header)
  decodeSamplesInto(bytes, header, samples)
  return { header, samples, text: undefined }
}

/**
 * What the merger takes.
 *
 * @param receivedAt when its packet arrived; absent for archives
 * @returns undefined for a record without samples or without a rate
 */
export function toTraceRecord({ header, samples }: MiniseedRecord, receivedAt?: Micros): TraceRecord | undefined {
  const { sourceId, startTime, sampleRate, timingQuality } = header
  if (samples.length === 0 || sampleRate <= 0) return undefined
  return { kind: 'record', sourceId, startTime, sampleRate, samples, timingQuality, receivedAt }
}

/** The payload of a text record (encoding 0) as bytes, without the filling behind it. @throws {MiniseedFormatError} */
export function textBytesOf(bytes: Uint8Array, header: RecordHeader): Uint8Array {
  return bytes.subarray(header.dataOffset, header.dataOffset + checkedSampleCount(header))
}

/** @throws {MiniseedFormatError} when the payload of a miniSEED 3 record or its header has been changed */
export function checkCrc(bytes: Uint8Array, header: RecordHeader): void {
  if (header.formatVersion !== 3) return
  const record = bytes.subarray(0, header.byteLength)
  const expected = storedCrc(record)
  const got = recordCrc(record)
  if (got === expected) return
  const { sourceId } = header
  throw new MiniseedFormatError(
    `miniSEED 3 record of ${sourceId}: expected CRC-32C 0x${expected.toString(16)}, got 0x${got.toString(16)}`,
    { byteOffset: 28, sourceId, expected, got },
  )
}

function textOf(bytes: Uint8Array, header: RecordHeader): string {
  return new TextDecoder().decode(textBytesOf(bytes, header))
}
