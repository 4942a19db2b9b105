import { MiniseedFormatError } from '../domain/errors.ts'
import { parseSourceId } from '../domain/source-id.ts'
import { nanosToMicros } from '../domain/time.ts'
import { dayTimeOf } from './record-time.ts'
import type { RecordToWrite } from './record-to-write.ts'

const QUALITIES = ['R', 'D', 'Q', 'M'] as const
const BLOCKETTE_1000 = 48
const BLOCKETTE_1001 = 56
const BLOCKETTE_100 = 64
const SHORT_DATA_OFFSET = 64
/** Steim frames begin at multiples of 64 bytes by custom. */
const LONG_DATA_OFFSET = 128
const MICROS_PER_TICK = 100
const LARGEST_INT16 = 32_767

/**
 * Writes fixed header, blockette 1000 and, where the time or the rate needs them, 1001 and 100 into `record`, whose length becomes the
 * record length.
 *
 * @returns where the payload begins
 * @throws {MiniseedFormatError} when the length, a code, the time or the rate does not fit miniSEED 2
 */
export function writeV2Header(record: Uint8Array, described: RecordToWrite): number {
  const { sampleRate, sampleCount, encoding, byteOrder, timingQuality } = described
  const isLittleEndian = byteOrder === 'little'
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const exponent = lengthExponent(record.length)
  const micros = nanosToMicros(described.startTime)
  const ratio = rateAsFactors(sampleRate)
  const { factor, multiplier } = ratio ?? nearestFactors(sampleRate)
  const hasExtension = timingQuality !== undefined || micros % MICROS_PER_TICK !== 0
  const hasActualRate = ratio === undefined
  const dataOffset = hasActualRate ? LONG_DATA_OFFSET : SHORT_DATA_OFFSET
  writeCodes(record, described)
  writeV2Time(view, isLittleEndian, micros, hasExtension ? BLOCKETTE_1001 : 0)
  view.setUint16(30, sampleCount, isLittleEndian)
  view.setInt16(32, factor, isLittleEndian)
  view.setInt16(34, multiplier, isLittleEndian)
  view.setUint8(39, 1 + Number(hasExtension) + Number(hasActualRate))
  view.setUint16(44, dataOffset, isLittleEndian)
  view.setUint16(46, BLOCKETTE_1000, isLittleEndian)
  const afterExtension = hasActualRate ? BLOCKETTE_100 : 0
  view.setUint16(BLOCKETTE_1000, 1000, isLittleEndian)
  view.setUint16(BLOCKETTE_1000 + 2, hasExtension ? BLOCKETTE_1001 : afterExtension, isLittleEndian)
  view.setUint8(BLOCKETTE_1000 + 4, encoding)
  view.setUint8(BLOCKETTE_1000 + 5, isLittleEndian && !isSteim(encoding) ? 0 : 1)
  view.setUint8(BLOCKETTE_1000 + 6, exponent)
  if (hasExtension) {
    view.setUint16(BLOCKETTE_1001, 1001, isLittleEndian)
    view.setUint16(BLOCKETTE_1001 + 2, afterExtension, isLittleEndian)
    view.setUint8(BLOCKETTE_1001 + 4, timingQuality ?? 0)
  }
  if (hasActualRate) {
    view.setUint16(BLOCKETTE_100, 100, isLittleEndian)
    view.setFloat32(BLOCKETTE_100 + 4, sampleRate, isLittleEndian)
  }
  return dataOffset
}

/**
 * Writes a time into field 8 (tenths of milliseconds) and the rest of it, −50 … 49 µs, into blockette 1001.
 *
 * @param blockette1001 its offset; 0 when the record has none: the time is then rounded to 0.1 ms
 * @throws {MiniseedFormatError} when the year is not one that readers tell the byte order by (1900 … 2100)
 */
export function writeV2Time(view: DataView, isLittleEndian: boolean, micros: number, blockette1001: number): void {
  const ticks = Math.floor((micros + 50) / 100)
  const seconds = Math.floor(ticks / 10_000)
  const { year, dayOfYear, hour, minute, second } = dayTimeOf(seconds)
  if (year < 1900 || year > 2100) {
    throw new MiniseedFormatError(`miniSEED 2 start time: expected a year from 1900 to 2100, got ${year}`, { got: year })
  }
  view.setUint16(20, year, isLittleEndian)
  view.setUint16(22, dayOfYear, isLittleEndian)
  view.setUint8(24, hour)
  view.setUint8(25, minute)
  view.setUint8(26, second)
  view.setUint16(28, ticks - seconds * 10_000, isLittleEndian)
  if (blockette1001 !== 0) view.setInt8(blockette1001 + 5, micros - ticks * 100)
}

function writeCodes(record: Uint8Array, described: RecordToWrite): void {
  const { sourceId, sequenceNumber, publicationVersion } = described
  const codes = parseSourceId(sourceId)
  const channel = codes && `${codes.band}${codes.source}${codes.subsource}`
  const quality = QUALITIES[publicationVersion - 1]
  if (codes === undefined || channel === undefined || quality === undefined) {
    throw new MiniseedFormatError(
      `miniSEED 2 header: expected an FDSN source identifier and a publication version of 1 to 4, got ${sourceId}, ${publicationVersion}`,
      { sourceId, publicationVersion },
    )
  }
  const sequence = String(sequenceNumber % 1_000_000).padStart(6, '0')
  const text = [
    sequence,
    quality,
    ' ',
    fit(codes.station, 5),
    fit(codes.location, 2),
    fit(channel, 3),
    fit(codes.network, 2),
  ].join('')
  for (let index = 0; index < text.length; index++) record[index] = text.charCodeAt(index)
}

function fit(code: string, length: number): string {
  if (code.length <= length) return code.padEnd(length)
  throw new MiniseedFormatError(
    `miniSEED 2 header: expected a code of at most ${length} characters, got ${code}; write miniSEED 3`,
    {
      expected: length,
      got: code,
    },
  )
}

function lengthExponent(length: number): number {
  const exponent = Math.log2(length)
  if (Number.isInteger(exponent) && exponent >= 7 && exponent <= 16) return exponent
  throw new MiniseedFormatError(`miniSEED 2 record length: expected a power of two from 128 to 65536, got ${length}`, {
    got: length,
  })
}

interface RateFactors {
  readonly factor: number
  readonly multiplier: number
}

/** The rate as SEED's factor and multiplier, undefined when it cannot be written exactly so. */
function rateAsFactors(sampleRate: number): RateFactors | undefined {
  if (sampleRate === 0) return { factor: 0, multiplier: 1 }
  if (Number.isInteger(sampleRate) && sampleRate <= LARGEST_INT16) return { factor: sampleRate, multiplier: 1 }
  for (let divisor = 2; divisor <= 1000; divisor++) {
    const factor = Math.round(sampleRate * divisor)
    if (factor > LARGEST_INT16) break
    if (factor / divisor === sampleRate) return { factor, multiplier: -divisor }
  }
  const period = Math.round(1 / sampleRate)
  return period <= LARGEST_INT16 && 1 / period === sampleRate ? { factor: -period, multiplier: 1 } : undefined
}

/** For readers that ignore blockette 100. */
function nearestFactors(sampleRate: number): RateFactors {
  if (sampleRate > LARGEST_INT16) return { factor: LARGEST_INT16, multiplier: 1 }
  const divisor = Math.max(1, Math.min(LARGEST_INT16, Math.floor(LARGEST_INT16 / Math.max(1, sampleRate))))
  return { factor: Math.max(1, Math.round(sampleRate * divisor)), multiplier: -divisor }
}

function isSteim(encoding: number): boolean {
  return encoding === 10 || encoding === 11
}
