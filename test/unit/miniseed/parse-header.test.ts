import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MiniseedFormatError } from '../../../src/domain/errors.ts'
import { encodeRecords, endTimeOf, parseHeader } from '../../../src/miniseed/index.ts'
import { nanos, oneRecord, SOURCE, swell, thrownBy } from '../../helpers/miniseed-records.ts'

const START = nanos('2024-02-29T23:59:58.123456Z')

function patched(patch: (view: DataView) => void, record = oneRecord()): Uint8Array {
  patch(new DataView(record.buffer, record.byteOffset, record.byteLength))
  return record
}

describe('parseHeader of miniSEED 2', () => {
  it('reads the whole header', () => {
    expect(parseHeader(oneRecord({ timingQuality: 87 }))).toEqual({
      formatVersion: 2,
      sourceId: SOURCE,
      startTime: START,
      sampleRate: 100,
      sampleCount: 50,
      encoding: 11,
      byteLength: 512,
      dataOffset: 64,
      dataLength: 448,
      byteOrder: 'big',
      dataByteOrder: 'big',
      publicationVersion: 2,
      flags: 0,
      timingQuality: 87,
    })
  })

  it('adds a time correction that has not been applied', () => {
    expect(parseHeader(patched((view) => view.setInt32(40, -12_345))).startTime).toBe(START - 1_234_500_000n)
  })

  it('leaves a time correction alone that the activity flags say is applied', () => {
    const record = patched((view) => {
      view.setInt32(40, -12_345)
      view.setUint8(36, 0x02)
    })
    expect(parseHeader(record).startTime).toBe(START)
  })

  it('takes negative microseconds of blockette 1001 into the start time', () => {
    expect(parseHeader(patched((view) => view.setInt8(61, -50))).startTime).toBe(nanos('2024-02-29T23:59:58.123450Z'))
  })

  it('takes a fraction of 10000 for the next second and refuses more', () => {
    const record = patched((view) => view.setUint16(28, 10_000))
    expect(parseHeader(record).startTime).toBe(nanos('2024-02-29T23:59:58.999956Z'))
    const error = thrownBy(() => parseHeader(patched((view) => view.setUint16(28, 10_001))))
    expect(error).toBeInstanceOf(MiniseedFormatError)
    expect(error).toMatchObject({ code: 'MINISEED_FORMAT', context: { byteOffset: 28, got: 10_001, sourceId: SOURCE } })
  })

  it('takes a leap second for the next minute', () => {
    expect(parseHeader(patched((view) => view.setUint8(26, 60))).startTime).toBe(nanos('2024-03-01T00:00:00.123456Z'))
  })

  it.each([
    [100, 1, 100],
    [33, -10, 3.3],
    [-10, 1, 0.1],
    [-10, -2, 0.05],
    [20, 5, 100],
    [20, 0, 20],
    [0, 1, 0],
  ])('makes factor %i and multiplier %i a rate of %f Hz', (factor, multiplier, rate) => {
    const record = patched((view) => {
      view.setInt16(32, factor)
      view.setInt16(34, multiplier)
    })
    expect(parseHeader(record).sampleRate).toBe(rate)
  })

  it('takes the actual rate from blockette 100', () => {
    const [record] = encodeRecords(SOURCE, START, 31.2805, swell(20))
    expect(parseHeader(record as Uint8Array).sampleRate).toBe(Math.fround(31.2805))
  })

  it('reads little-endian headers', () => {
    const header = parseHeader(oneRecord({ byteOrder: 'little', encoding: 3 }))
    expect(header).toMatchObject({ startTime: START, byteOrder: 'little', dataByteOrder: 'little', sampleCount: 50 })
  })

  it('translates the flags of both times and clocks', () => {
    const record = patched((view) => {
      view.setUint8(36, 0x01)
      view.setUint8(37, 0x20)
      view.setUint8(38, 0x80)
    })
    expect(parseHeader(record).flags).toBe(0b111)
  })

  it('takes a location of garbage bytes for none, and keeps every source id parseable', () => {
    const record = patched((view) => {
      view.setUint8(13, 0xf0)
      view.setUint8(8, 0x5f)
    })
    expect(parseHeader(record).sourceId).toBe('FDSN:XX_BC__H_H_Z')
  })

  it('takes a record without blockettes for Steim1 of the length of the bytes', () => {
    const header = parseHeader(patched((view) => view.setUint16(46, 0)))
    expect(header).toMatchObject({ encoding: 10, byteLength: 512, timingQuality: undefined })
  })

  it('survives a chain of blockettes that points backwards', () => {
    expect(parseHeader(patched((view) => view.setUint16(50, 48)))).toMatchObject({ encoding: 11, timingQuality: undefined })
  })

  it('refuses bytes that are fewer than the record length', () => {
    const error = thrownBy(() => parseHeader(oneRecord().subarray(0, 256)))
    expect(error).toMatchObject({ code: 'MINISEED_FORMAT', context: { expected: 512, got: 256 } })
    expect((error as Error).message).toBe(
      'miniSEED 2 record of FDSN:XX_ABC_00_H_H_Z: expected 512 bytes (blockette 1000), got 256',
    )
  })
})

describe('parseHeader of miniSEED 3', () => {
  it('reads the whole header, to the nanosecond', () => {
    const record = oneRecord({ formatVersion: 3, timingQuality: 87, publicationVersion: 4 }, swell(50), START + 789n)
    expect(parseHeader(record)).toEqual({
      formatVersion: 3,
      sourceId: SOURCE,
      startTime: START + 789n,
      sampleRate: 100,
      sampleCount: 50,
      encoding: 11,
      byteLength: record.length,
      dataOffset: 40 + 20 + 32,
      dataLength: record.length - 92,
      byteOrder: 'little',
      dataByteOrder: 'little',
      publicationVersion: 4,
      flags: 0,
      timingQuality: 87,
    })
  })

  it('takes a negative rate for a period in seconds', () => {
    const record = patched((view) => view.setFloat64(16, -10, true), oneRecord({ formatVersion: 3 }))
    expect(parseHeader(record).sampleRate).toBe(0.1)
  })

  it.each([
    ['an identifier that is none of FDSN', 40, (view: DataView) => view.setUint8(40, 0x58)],
    ['a day of 367', 0, (view: DataView) => view.setUint16(10, 367, true)],
    ['a rate that is not a number', 16, (view: DataView) => view.setFloat64(16, Number.NaN, true)],
  ])('refuses %s', (_, byteOffset, patch) => {
    const error = thrownBy(() => parseHeader(patched(patch, oneRecord({ formatVersion: 3 }))))
    expect(error).toMatchObject({ code: 'MINISEED_FORMAT', context: { byteOffset } })
  })

  it('ignores extra headers that are no JSON', () => {
    const record = patched((view) => view.setUint8(60, 0x78), oneRecord({ formatVersion: 3, timingQuality: 50 }))
    expect(parseHeader(record).timingQuality).toBeUndefined()
  })
})

describe('parseHeader', () => {
  it('answers any bytes with a header or a format error', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.tuple(fc.constantFrom(2 as const, 3 as const), fc.nat(127), fc.nat(255)).map(([formatVersion, offset, byte]) => {
        const record = oneRecord({ formatVersion, timingQuality: 1 })
        record[offset] = byte
        return record
      }),
    )
    fc.assert(
      fc.property(anything, (bytes) => {
        try {
          expect(parseHeader(bytes).byteLength).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(MiniseedFormatError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('says what it found instead of a record', () => {
    expect((thrownBy(() => parseHeader(new TextEncoder().encode('no seed'))) as Error).message).toBe(
      'miniSEED header: expected the start of a record, got 7 bytes that begin with 6e 6f 20 73 65 65 64',
    )
  })
})

describe('endTimeOf', () => {
  it('is the time of the last sample', () => {
    expect(endTimeOf(parseHeader(oneRecord()))).toBe(START + 490_000_000n)
  })

  it('is the start time of a record without samples or rate', () => {
    expect(endTimeOf({ startTime: START, sampleRate: 0, sampleCount: 50 })).toBe(START)
    expect(endTimeOf({ startTime: START, sampleRate: 100, sampleCount: 0 })).toBe(START)
  })
})
