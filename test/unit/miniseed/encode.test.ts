import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { sampleOffsetNanos } from '../../../src/domain/time.ts'
import {
  decodeRecord,
  ENCODING,
  type EncodeOptions,
  encodeRecords,
  encodeText,
  parseHeader,
} from '../../../src/miniseed/index.ts'
import { nanos, SOURCE, swell, thrownBy } from '../../helpers/miniseed-records.ts'

const START = nanos('2021-06-05T04:03:02.123456Z')

const options: fc.Arbitrary<EncodeOptions> = fc.record({
  formatVersion: fc.constantFrom(2 as const, 3 as const),
  recordLength: fc.constantFrom(256, 512, 4096, 65536),
  byteOrder: fc.constantFrom('big' as const, 'little' as const),
  timingQuality: fc.nat(100),
})

const int32s = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer()), { minLength: 1, maxLength: 700 })
const int16s = fc.array(fc.integer({ min: -32768, max: 32767 }), { minLength: 1, maxLength: 700 })
const series = fc.oneof(
  int32s.map((samples) => ({ encoding: ENCODING.steim1, samples: Int32Array.from(samples) })),
  int32s.map((samples) => ({ encoding: ENCODING.steim2, samples: Int32Array.from(samples) })),
  int32s.map((samples) => ({ encoding: ENCODING.int32, samples: Int32Array.from(samples) })),
  int16s.map((samples) => ({ encoding: ENCODING.int16, samples: Int32Array.from(samples) })),
  fc.float32Array({ minLength: 1, maxLength: 400 }).map((samples) => ({ encoding: ENCODING.float32, samples })),
  fc.float64Array({ minLength: 1, maxLength: 400 }).map((samples) => ({ encoding: ENCODING.float64, samples })),
)

describe('encodeRecords', () => {
  it('writes records that decode to the same samples, times and facts', () => {
    const rates = fc.constantFrom(100, 20, 0.1, 3.3, 1000, 31.25)
    fc.assert(
      fc.property(series, options, rates, ({ encoding, samples }, option, sampleRate) => {
        const records = encodeRecords(SOURCE, START, sampleRate, samples, { ...option, encoding })
        let index = 0
        for (const bytes of records) {
          const { header, samples: decoded } = decodeRecord(bytes)
          const due = START + sampleOffsetNanos(index, sampleRate)
          const resolution = option.formatVersion === 2 ? 500n : 0n
          expect(header).toMatchObject({ sourceId: SOURCE, sampleRate, encoding, timingQuality: option.timingQuality })
          expect(abs(header.startTime - due)).toBeLessThanOrEqual(resolution)
          expect(decoded).toEqual(samples.slice(index, index + header.sampleCount))
          index += header.sampleCount
        }
        expect(index).toBe(samples.length)
      }),
      { numRuns: 300 },
    )
  })

  it('writes Steim2 records of fixed length by default, and numbers them', () => {
    const records = encodeRecords(SOURCE, START, 100, swell(3000), { sequenceNumber: 999_998 })
    expect(records.every((record) => record.length === 512 && parseHeader(record).encoding === ENCODING.steim2)).toBe(true)
    expect(records.slice(0, 3).map((record) => String.fromCharCode(...record.subarray(0, 8)))).toEqual([
      '999998D ',
      '999999D ',
      '000000D ',
    ])
  })

  it('writes floats as what they are by default', () => {
    const [float32] = encodeRecords(SOURCE, START, 100, Float32Array.of(1.5))
    const [float64] = encodeRecords(SOURCE, START, 100, Float64Array.of(1.5))
    expect(parseHeader(float32!).encoding).toBe(ENCODING.float32)
    expect(parseHeader(float64!).encoding).toBe(ENCODING.float64)
  })

  it('keeps a miniSEED 2 sample count below 65536 in the longest records', () => {
    const records = encodeRecords(SOURCE, START, 100, new Int32Array(200_000), { recordLength: 65_536 })
    const counts = records.map((record) => parseHeader(record).sampleCount)
    expect(Math.max(...counts)).toBe(65_535)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200_000)
  })

  it('starts a new record at a step that Steim2 cannot hold', () => {
    const samples = Int32Array.of(1, 2, 2 ** 30, 2 ** 30 + 1)
    const records = encodeRecords(SOURCE, START, 100, samples)
    expect(records.map((record) => Array.from(decodeRecord(record).samples))).toEqual([
      [1, 2],
      [2 ** 30, 2 ** 30 + 1],
    ])
  })

  it('writes times before 1970', () => {
    const start = nanos('1964-03-27T21:11:24.987654Z')
    for (const formatVersion of [2, 3] as const) {
      const [record] = encodeRecords(SOURCE, start, 40, swell(10), { formatVersion })
      expect(parseHeader(record!).startTime).toBe(start)
    }
  })

  it('writes nothing for no samples', () => {
    expect(encodeRecords(SOURCE, START, 100, new Int32Array(0))).toEqual([])
  })

  it.each([
    ['a station code too long for miniSEED 2', { sourceId: 'FDSN:XX_TOOLONG_00_H_H_Z' as SourceId }],
    ['a record length that is no power of two', { options: { recordLength: 500 } }],
    ['an encoding that it does not write', { options: { encoding: ENCODING.cdsn } }],
    ['a sample too large for the encoding', { options: { encoding: ENCODING.int16 }, samples: Int32Array.of(40_000) }],
    ['a fraction as an integer', { options: { encoding: ENCODING.int32 }, samples: Float64Array.of(0.5) }],
    ['a year that miniSEED 2 readers do not know', { startTime: nanos('2101-01-02T00:00:00Z') }],
  ])('refuses %s', (_, given) => {
    const { sourceId, startTime, samples, options } = {
      sourceId: SOURCE,
      startTime: START,
      samples: swell(5),
      options: {},
      ...given,
    }
    expect(thrownBy(() => encodeRecords(sourceId, startTime, 100, samples, options))).toMatchObject({ code: 'MINISEED_FORMAT' })
  })
})

describe('encodeText', () => {
  it('writes text that decodes to itself', () => {
    for (const formatVersion of [2, 3] as const) {
      const record = encodeText(SOURCE, START, '<?xml version="1.0"?>\n<seedlink/>', { formatVersion })
      expect(decodeRecord(record)).toMatchObject({
        text: '<?xml version="1.0"?>\n<seedlink/>',
        header: { sampleRate: 0, encoding: 0 },
      })
    }
  })

  it('refuses a text that does not fit, and an empty one', () => {
    expect(thrownBy(() => encodeText(SOURCE, START, ''))).toMatchObject({ code: 'MINISEED_FORMAT', context: { got: 0 } })
    expect(thrownBy(() => encodeText(SOURCE, START, 'x'.repeat(449)))).toMatchObject({
      code: 'MINISEED_FORMAT',
      context: { got: 449 },
    })
  })
})

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}
