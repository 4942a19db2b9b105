import { MiniseedFormatError } from '../domain/errors.ts'
import { type SourceId, sourceIdFromNslc } from '../domain/source-id.ts'
import { findBlockettes } from './blockettes.ts'
import { ENCODING } from './encoding.ts'
import type { ByteOrder, RecordHeader } from './record-header.ts'
import { announcedLength } from './record-length.ts'
import { utcMicros } from './record-time.ts'
import { RememberedIds } from './remembered-ids.ts'

const FIXED_HEADER_LENGTH = 48
const TIME_CORRECTION_APPLIED = 0x02
/** Their places, counted from one, are the publication versions that miniSEED 3 gives them. */
const QUALITIES = 'RDQM'

const rememberedIds = new RememberedIds()

/**
 * miniSEED 2: fixed section of data header (SEED 2.4 chapter 8) with blockettes 100, 1000 and 1001.
 * A record without blockette 1000 is taken as Steim1 in the header's byte order, as its contemporaries were written.
 *
 * @param bytes exactly one record, whose start has been recognised
 * @throws {MiniseedFormatError} when the record is longer than the bytes or its time is impossible
 */
export function parseV2Header(bytes: Uint8Array, byteOrder: ByteOrder): RecordHeader {
  const isLittleEndian = byteOrder === 'little'
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blockettes = findBlockettes(view, isLittleEndian)
  const sourceId = v2SourceId(view)
  const byteLength = announcedLength(view, blockettes) ?? bytes.length
  if (byteLength > bytes.length) {
    throw new MiniseedFormatError(
      `miniSEED 2 record of ${sourceId}: expected ${byteLength} bytes (blockette 1000), got ${bytes.length}`,
      { byteOffset: blockettes.dataOnly + 6, sourceId, expected: byteLength, got: bytes.length },
    )
  }
  const { dataOnly, dataExtension, sampleRate } = blockettes
  const dataOffset = view.getUint16(44, isLittleEndian)
  const startMicros = v2StartMicros(view, isLittleEndian, dataExtension, sourceId)
  return {
    formatVersion: 2,
    sourceId,
    startTime: BigInt(startMicros) * 1000n,
    sampleRate: v2SampleRate(view, isLittleEndian, sampleRate),
    sampleCount: view.getUint16(30, isLittleEndian),
    encoding: dataOnly === 0 ? ENCODING.steim1 : view.getUint8(dataOnly + 4),
    byteLength,
    dataOffset,
    dataLength: dataOffset < FIXED_HEADER_LENGTH ? 0 : Math.max(0, byteLength - dataOffset),
    byteOrder,
    dataByteOrder: dataOnly === 0 ? byteOrder : view.getUint8(dataOnly + 5) === 0 ? 'little' : 'big',
    publicationVersion: QUALITIES.indexOf(String.fromCharCode(view.getUint8(6))) + 1,
    flags: v3Flags(view),
    timingQuality: dataExtension === 0 ? undefined : view.getUint8(dataExtension + 4),
  }
}

/** Start time with blockette 1001's microseconds and the correction of field 16, unless the activity flags say it is in already. */
function v2StartMicros(view: DataView, isLittleEndian: boolean, dataExtension: number, sourceId: SourceId): number {
  const uncorrected = v2HeaderMicros(view, isLittleEndian, dataExtension, sourceId)
  if ((view.getUint8(36) & TIME_CORRECTION_APPLIED) !== 0) return uncorrected
  return uncorrected + view.getInt32(40, isLittleEndian) * 100
}

/**
 * Start time as the header gives it, without its correction, in microseconds since 1970.
 *
 * @param dataExtension offset of blockette 1001, 0 when there is none
 * @throws {MiniseedFormatError} when a field of the time is out of range
 */
export function v2HeaderMicros(view: DataView, isLittleEndian: boolean, dataExtension: number, sourceId: SourceId): number {
  const fraction = view.getUint16(28, isLittleEndian)
  // 10000 occurs: writers that round 0.99995 s up without carrying.
  if (fraction > 10_000) {
    throw new MiniseedFormatError(
      `miniSEED 2 start time of ${sourceId}: expected a fraction of at most 10000 · 0.1 ms, got ${fraction}`,
      { byteOffset: 28, sourceId, expected: 'at most 10000', got: fraction },
    )
  }
  const whole = utcMicros(
    view.getUint16(20, isLittleEndian),
    view.getUint16(22, isLittleEndian),
    view.getUint8(24),
    view.getUint8(25),
    view.getUint8(26),
  )
  return whole + fraction * 100 + (dataExtension === 0 ? 0 : view.getInt8(dataExtension + 5))
}

/** Fields 10 and 11 (negative values divide), unless blockette 100 has the actual rate. */
function v2SampleRate(view: DataView, isLittleEndian: boolean, blockette100: number): number {
  if (blockette100 !== 0) {
    const actual = view.getFloat32(blockette100 + 4, isLittleEndian)
    if (Number.isFinite(actual) && actual > 0) return actual
  }
  const factor = view.getInt16(32, isLittleEndian)
  const multiplier = view.getInt16(34, isLittleEndian)
  const rate = factor < 0 ? -1 / factor : factor
  if (multiplier > 0) return rate * multiplier
  return multiplier < 0 ? -(rate / multiplier) : rate
}

function v3Flags(view: DataView): number {
  const hasCalibration = view.getUint8(36) & 0x01
  const isClockLocked = (view.getUint8(37) >> 5) & 0x01
  const isTimeQuestionable = (view.getUint8(38) >> 7) & 0x01
  return hasCalibration | (isTimeQuestionable << 1) | (isClockLocked << 2)
}

function v2SourceId(view: DataView): SourceId {
  const known = rememberedIds.find(view)
  if (known !== undefined) return known
  const location = latin1(view, 13, 15)
  const sourceId = sourceIdFromNslc(
    cleanCode(latin1(view, 18, 20)),
    cleanCode(latin1(view, 8, 13)),
    // Some digitisers leave uninitialised memory here, other bytes in every file: as good as no location.
    isCode(location) ? location : '',
    cleanCode(latin1(view, 15, 18)),
  )
  rememberedIds.add(view, sourceId)
  return sourceId
}

function isCode(text: string): boolean {
  return /^[A-Za-z0-9-]* *$/.test(text)
}

/** A source id must stay parseable whatever the header holds. */
function cleanCode(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '')
}

function latin1(view: DataView, start: number, end: number): string {
  let text = ''
  for (let offset = start; offset < end; offset++) text += String.fromCharCode(view.getUint8(offset))
  return text
}
