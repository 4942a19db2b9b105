import type { Problem } from '../../src/domain/problem.ts'
import type { SourceId } from '../../src/domain/source-id.ts'
import { parseIsoNanos } from '../../src/domain/time.ts'
import { type EncodeOptions, encodeRecords, type RecordSlice } from '../../src/miniseed/index.ts'
import { RecordReader } from '../../src/miniseed/record-reader.ts'

export const SOURCE = 'FDSN:XX_ABC_00_H_H_Z' as SourceId

export function nanos(text: string): bigint {
  const time = parseIsoNanos(text)
  if (time === undefined) throw new TypeError(`not a time: ${text}`)
  return time
}

/** A smooth series that Steim compresses well. */
export function swell(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => Math.round(1000 * Math.sin(index / 7) + 300 * Math.cos(index * 1.7)))
}

/** The only record that the samples need. */
export function oneRecord(
  options: EncodeOptions = {},
  samples = swell(50),
  startTime = nanos('2024-02-29T23:59:58.123456Z'),
): Uint8Array {
  const [record, ...rest] = encodeRecords(SOURCE, startTime, 100, samples, options)
  if (record === undefined || rest.length > 0) throw new TypeError(`expected one record, got ${rest.length + 1}`)
  return record
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** All a reader finds in the chunks: copies of its records, and its problems. */
export function readChunks(chunks: readonly Uint8Array[]): { records: RecordSlice[]; problems: Problem[] } {
  const records: RecordSlice[] = []
  const problems: Problem[] = []
  const reader = new RecordReader({ origin: 'test', onProblem: (problem) => problems.push(problem) })
  const drain = () => {
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      records.push({ bytes: record.bytes.slice(), offset: record.offset })
    }
  }
  for (const chunk of chunks) {
    reader.push(chunk)
    drain()
  }
  reader.finish()
  drain()
  return { records, problems }
}

/** What a call throws; fails when it does not. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new TypeError('expected an error, got none')
}
