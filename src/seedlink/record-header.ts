import { type SourceId, type StationId, sourceIdFromNslc } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'

/**
 * The few header fields a SeedLink client needs before anyone decodes: who sent it and when it starts. Everything else about
 * a record is the business of the decoder.
 */

const MILLIS_PER_DAY = 86_400_000

/** The identifying bytes of a record as a string: the key of a cache, so that identifiers are parsed once per channel. */
export function headerKey(record: Uint8Array): string {
  if (isVersion3(record)) return text(record, 40, record[33] ?? 0)
  return text(record, 8, 12)
}

/** @returns undefined when the key of a miniSEED 3 record is no FDSN source identifier */
export function sourceIdOfKey(key: string): SourceId | undefined {
  if (/^FDSN:[^_]*_[^_]*_[^_]*_[^_]*_[^_]*_[^_]*$/.test(key)) return key as SourceId
  if (key.length !== 12) return undefined
  // SEED 2.4 fixed header: station 8–12, location 13–14, channel 15–17, network 18–19.
  return sourceIdFromNslc(key.slice(10), key.slice(0, 5), key.slice(5, 7), key.slice(7, 10))
}

export function stationOfSource(sourceId: SourceId): StationId {
  const [network = '', station = ''] = sourceId.slice('FDSN:'.length).split('_')
  return `${network}_${station}` as StationId
}

/**
 * Start of the record as its header says, without time corrections.
 *
 * @returns undefined when the header gives no possible time
 */
export function headerTime(record: Uint8Array): Micros | undefined {
  if (isVersion3(record)) {
    // FDSN miniSEED 3: nanosecond u32 at 4, year 8, day 10, hour 12, minute 13, second 14; little-endian.
    const nanos = uint16(record, 4, false) + uint16(record, 6, false) * 65_536
    return micros(uint16(record, 8, false), uint16(record, 10, false), record, 12, Math.floor(nanos / 1000))
  }
  // SEED 2.4 BTIME at 20: year, day, hour, minute, second, unused, 0.1 ms.
  const isBigEndian = isBigEndianV2(record)
  const fraction = uint16(record, 28, isBigEndian) * 100
  return micros(uint16(record, 20, isBigEndian), uint16(record, 22, isBigEndian), record, 24, fraction)
}

/**
 * When the sample after the record's last one is due, from its header alone: start + samples × period. Blockette 100 is not
 * looked for; the nominal rate is good enough to tell a skipped backlog from none.
 *
 * @returns undefined when the header gives no possible time or no sample rate (logs, events)
 */
export function headerNextTime(record: Uint8Array): Micros | undefined {
  const start = headerTime(record)
  const rate = headerSampleRate(record)
  if (start === undefined || !(rate > 0) || !Number.isFinite(rate)) return undefined
  const samples = isVersion3(record)
    ? uint16(record, 24, false) + uint16(record, 26, false) * 65_536
    : uint16(record, 30, isBigEndianV2(record))
  return start + Math.round((samples * 1_000_000) / rate)
}

/** Hz; 0 when the header has none. */
function headerSampleRate(record: Uint8Array): number {
  if (isVersion3(record)) {
    if (record.length < 24) return 0
    // FDSN miniSEED 3: f64 at 16; negative values are periods in seconds.
    const rate = new DataView(record.buffer, record.byteOffset, record.byteLength).getFloat64(16, true)
    return rate < 0 ? -1 / rate : rate
  }
  // SEED 2.4: factor at 32, multiplier at 34; negative values divide.
  const factor = int16(record, 32, isBigEndianV2(record))
  const multiplier = int16(record, 34, isBigEndianV2(record))
  if (factor === 0 || multiplier === 0) return 0
  return (factor > 0 ? factor : -1 / factor) * (multiplier > 0 ? multiplier : -1 / multiplier)
}

function micros(year: number, day: number, record: Uint8Array, clockAt: number, fraction: number): Micros | undefined {
  if (year < 1900 || year > 2200 || day < 1 || day > 366) return undefined
  const seconds = (record[clockAt] ?? 0) * 3600 + (record[clockAt + 1] ?? 0) * 60 + (record[clockAt + 2] ?? 0)
  return (Date.UTC(year, 0, 1) + (day - 1) * MILLIS_PER_DAY + seconds * 1000) * 1000 + fraction
}

function isVersion3(record: Uint8Array): boolean {
  return record[0] === 0x4d && record[1] === 0x53 && record[2] === 3
}

/** Byte order as libmseed guesses it: by the year. */
function isBigEndianV2(record: Uint8Array): boolean {
  const year = uint16(record, 20, true)
  return year >= 1900 && year <= 2500
}

function int16(bytes: Uint8Array, at: number, isBigEndian: boolean): number {
  return (uint16(bytes, at, isBigEndian) << 16) >> 16
}

function uint16(bytes: Uint8Array, at: number, isBigEndian: boolean): number {
  const first = bytes[at] ?? 0
  const second = bytes[at + 1] ?? 0
  return isBigEndian ? first * 256 + second : second * 256 + first
}

function text(bytes: Uint8Array, start: number, length: number): string {
  let result = ''
  for (let at = start; at < start + length; at++) result += String.fromCharCode(bytes[at] ?? 0)
  return result
}
