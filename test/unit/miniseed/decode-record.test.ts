import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MonitorError } from '../../../src/domain/errors.ts'
import {
  allocateSamples,
  decodeRecord,
  decodeSamplesInto,
  ENCODING,
  encodeText,
  parseHeader,
  toTraceRecord,
} from '../../../src/miniseed/index.ts'
import { nanos, oneRecord, SOURCE, swell, thrownBy } from '../../helpers/miniseed-records.ts'

const START = nanos('2024-02-29T23:59:58.123456Z')

describe('decodeRecord', () => {
  it('refuses a miniSEED 3 record with a flipped bit', () => {
    const record = oneRecord({ formatVersion: 3 })
    record[record.length - 1] = (record.at(-1) ?? 0) ^ 1
    expect(thrownBy(() => decodeRecord(record))).toMatchObject({
      code: 'MINISEED_FORMAT',
      context: { byteOffset: 28, sourceId: SOURCE },
    })
  })

  it('gives a record without samples as a value', () => {
    const record = oneRecord()
    new DataView(record.buffer).setUint16(30, 0)
    const decoded = decodeRecord(record)
    expect(decoded.samples).toHaveLength(0)
    expect(decoded.text).toBeUndefined()
    expect(toTraceRecord(decoded)).toBeUndefined()
  })

  it('reads the text of a record whose payload begins at 56', () => {
    const record = encodeText(SOURCE, START - (START % 100_000n), 'state of health')
    record.copyWithin(56, 64, 64 + 15)
    new DataView(record.buffer).setUint16(44, 56)
    expect(decodeRecord(record).text).toBe('state of health')
  })

  it('refuses a sample count beyond the payload before it allocates', () => {
    const record = oneRecord({ formatVersion: 3, encoding: ENCODING.float64 }, swell(2))
    new DataView(record.buffer).setUint32(24, 0xffffffff, true)
    const header = parseHeader(record)
    expect(thrownBy(() => allocateSamples(header))).toMatchObject({
      code: 'MINISEED_FORMAT',
      context: { expected: 0xffffffff, got: 2 },
    })
  })

  it('refuses an encoding that it does not read, by number', () => {
    const record = oneRecord()
    record[52] = 17
    expect((thrownBy(() => decodeRecord(record)) as Error).message).toBe(
      'record of FDSN:XX_ABC_00_H_H_Z: expected an encoding that we read, got 17',
    )
  })

  it('refuses samples in a record whose payload begins at 0', () => {
    const record = oneRecord()
    new DataView(record.buffer).setUint16(44, 0)
    expect(thrownBy(() => decodeRecord(record))).toMatchObject({ code: 'MINISEED_FORMAT' })
  })

  it('answers every damaged record with a value or one of our errors', () => {
    const damage = fc.array(fc.tuple(fc.nat(511), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(
        fc.constantFrom(1, 3, 4, 5, 10, 11),
        fc.constantFrom(2 as const, 3 as const),
        damage,
        (encoding, formatVersion, bytes) => {
          const record = oneRecord({ encoding, formatVersion }, encoding === 5 ? swell(20) : swell(50))
          for (const [offset, byte] of bytes) if (offset < record.length) record[offset] = byte
          try {
            decodeRecord(record)
          } catch (error) {
            expect(error).toBeInstanceOf(MonitorError)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('decodeSamplesInto', () => {
  it('fills the caller’s array and leaves what lies behind', () => {
    const record = oneRecord({}, swell(50))
    const target = new Int32Array(60).fill(7)
    expect(decodeSamplesInto(record, parseHeader(record), target)).toBe(50)
    expect(target.subarray(0, 50)).toEqual(swell(50))
    expect(Array.from(target.subarray(50))).toEqual(new Array(10).fill(7))
  })

  it('refuses an array of another kind or too short', () => {
    const record = oneRecord()
    const header = parseHeader(record)
    expect(thrownBy(() => decodeSamplesInto(record, header, new Float64Array(50)))).toMatchObject({ code: 'MINISEED_FORMAT' })
    expect(thrownBy(() => decodeSamplesInto(record, header, new Int32Array(49)))).toMatchObject({ code: 'MINISEED_FORMAT' })
  })

  it.each([
    ['big', [0x00, 0x00, 0x01, 0xff, 0xff, 0xfe, 0x80, 0x00, 0x00]],
    ['little', [0x01, 0x00, 0x00, 0xfe, 0xff, 0xff, 0x00, 0x00, 0x80]],
  ] as const)('reads 24-bit integers, %s-endian', (byteOrder, payload) => {
    const record = oneRecord({ byteOrder, encoding: ENCODING.int32 }, Int32Array.of(0, 0, 0))
    record[52] = ENCODING.int24
    record.set(payload, 64)
    expect(Array.from(decodeRecord(record).samples)).toEqual([1, -2, -(2 ** 23)])
  })
})

describe('toTraceRecord', () => {
  it('has what the merger needs', () => {
    expect(toTraceRecord(decodeRecord(oneRecord({ timingQuality: 60 })))).toEqual({
      kind: 'record',
      sourceId: SOURCE,
      startTime: START,
      sampleRate: 100,
      samples: swell(50),
      timingQuality: 60,
    })
  })
})
