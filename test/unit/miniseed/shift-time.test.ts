import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecord, parseHeader, shiftRecordTime } from '../../../src/miniseed/index.ts'
import { nanos, oneRecord, swell, thrownBy } from '../../helpers/miniseed-records.ts'

const TEN_YEARS = 10n * 365n * 86_400n * 1_000_000_000n

describe('shiftRecordTime', () => {
  it('moves miniSEED 3 by nanoseconds and renews the checksum', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -TEN_YEARS, max: TEN_YEARS }), (offset) => {
        const record = oneRecord({ formatVersion: 3 })
        const shifted = decodeRecord(shiftRecordTime(record, offset))
        expect(shifted.header.startTime).toBe(parseHeader(record).startTime + offset)
        expect(shifted.samples).toEqual(swell(50))
      }),
    )
  })

  it('moves miniSEED 2 by microseconds, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -TEN_YEARS / 1000n, max: TEN_YEARS / 1000n }),
        fc.constantFrom('big' as const, 'little' as const),
        (micros, byteOrder) => {
          const record = oneRecord({ byteOrder, timingQuality: 90 })
          const { startTime: before, ...facts } = parseHeader(record)
          const { startTime: after, ...sameFacts } = parseHeader(shiftRecordTime(record, micros * 1000n))
          expect(after).toBe(before + micros * 1000n)
          expect(sameFacts).toEqual(facts)
        },
      ),
    )
  })

  it('moves miniSEED 2 without blockette 1001 by tenths of milliseconds', () => {
    const record = oneRecord({}, swell(50), nanos('2020-01-01T00:00:00.1234Z'))
    expect(parseHeader(record).timingQuality).toBeUndefined()
    const shifted = parseHeader(shiftRecordTime(record, 86_400_000_100_000n))
    expect(shifted.startTime).toBe(nanos('2020-01-02T00:00:00.1235Z'))
  })

  it('keeps a time correction that is still to be applied', () => {
    const record = oneRecord()
    new DataView(record.buffer).setInt32(40, 5000)
    const before = parseHeader(record).startTime
    expect(parseHeader(shiftRecordTime(record, 1_000_000_000n)).startTime).toBe(before + 1_000_000_000n)
  })

  it('leaves the original alone', () => {
    const record = oneRecord()
    const copy = record.slice()
    shiftRecordTime(record, 1_000_000_000n)
    expect(record).toEqual(copy)
  })

  it('refuses to leave the years that the format can tell', () => {
    expect(thrownBy(() => shiftRecordTime(oneRecord(), 30n * TEN_YEARS))).toMatchObject({ code: 'MINISEED_FORMAT' })
    expect(thrownBy(() => shiftRecordTime(oneRecord({ formatVersion: 3 }), 30n * TEN_YEARS))).toMatchObject({
      code: 'MINISEED_FORMAT',
    })
  })
})
