import type { SourceId } from '../../domain/source-id.ts'
import { decodeSamplesInto, ENCODING, encodeRecords, parseHeader } from '../../miniseed/index.ts'

export interface MiniseedSpeed {
  readonly name: string
  readonly millionSamplesPerSecond: number
}

const RECORD_LENGTH = 512
const SAMPLE_COUNT = 200_000
const MEASURED_MILLIS = 300

/** Header and samples of 512-byte records into a reused array, as the live pipeline decodes them; one core. */
export function benchMiniseed(): MiniseedSpeed[] {
  const samples = microseism(SAMPLE_COUNT)
  return [
    { name: 'Steim2', millionSamplesPerSecond: decodeSpeed(samples, ENCODING.steim2) },
    { name: 'Steim1', millionSamplesPerSecond: decodeSpeed(samples, ENCODING.steim1) },
    { name: 'int32', millionSamplesPerSecond: decodeSpeed(samples, ENCODING.int32) },
  ]
}

function decodeSpeed(samples: Int32Array, encoding: number): number {
  const records = encodeRecords('FDSN:XX_BENCH_00_H_H_Z' as SourceId, 0n, 100, samples, { encoding, recordLength: RECORD_LENGTH })
  const target = new Int32Array(RECORD_LENGTH * 2)
  decodeAll(records, target)
  const start = performance.now()
  let decoded = 0
  let millis = 0
  do {
    decoded += decodeAll(records, target)
    millis = performance.now() - start
  } while (millis < MEASURED_MILLIS)
  return decoded / millis / 1000
}

function decodeAll(records: readonly Uint8Array[], target: Int32Array): number {
  let decoded = 0
  for (const record of records) decoded += decodeSamplesInto(record, parseHeader(record), target)
  return decoded
}

/** Counts like a quiet broadband channel: a swell of six seconds and a little noise, the same in every run. */
function microseism(count: number): Int32Array {
  let seed = 1
  return Int32Array.from({ length: count }, (_, index) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.round(800 * Math.sin(index / 95) + (seed / 2 ** 32 - 0.5) * 24)
  })
}
