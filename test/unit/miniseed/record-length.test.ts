import { describe, expect, it } from 'vitest'
import { detectRecordLength } from '../../../src/miniseed/index.ts'
import { concatenate, oneRecord } from '../../helpers/miniseed-records.ts'

/** A record as written before blockette 1000 existed. */
function withoutBlockettes(recordLength: number): Uint8Array {
  const record = oneRecord({ recordLength, encoding: 10 })
  new DataView(record.buffer).setUint16(46, 0)
  return record
}

describe('detectRecordLength', () => {
  it.each([128, 256, 512, 4096, 65536])('finds miniSEED 2 records of %i bytes from their first 64', (recordLength) => {
    const record = oneRecord({ recordLength, encoding: 1 }, Int32Array.of(1, 2, 3))
    expect(detectRecordLength(record.subarray(0, 64))).toBe(recordLength)
  })

  it('finds a miniSEED 3 record from its fixed header', () => {
    const record = oneRecord({ formatVersion: 3, timingQuality: 99 })
    expect(detectRecordLength(record.subarray(0, 48))).toBe(record.length)
  })

  it('looks at an offset', () => {
    expect(detectRecordLength(concatenate([Uint8Array.of(1, 2, 3), oneRecord()]), { offset: 3 })).toBe(512)
  })

  it('needs more bytes as long as the start does not tell', () => {
    const record = oneRecord()
    for (const available of [0, 1, 47, 48, 55]) expect(detectRecordLength(record.subarray(0, available))).toBe('needs-more')
  })

  it('refuses what is no record', () => {
    expect(detectRecordLength(new Uint8Array(64))).toBe('not-a-record')
    expect(detectRecordLength(oneRecord().subarray(0, 20), { isComplete: true })).toBe('not-a-record')
  })

  it('refuses a miniSEED 3 record longer than the cap', () => {
    const record = oneRecord({ formatVersion: 3 })
    expect(detectRecordLength(record, { maxRecordLength: record.length })).toBe(record.length)
    expect(detectRecordLength(record, { maxRecordLength: record.length - 1 })).toBe('not-a-record')
    new DataView(record.buffer).setUint32(36, 0xffffffff, true)
    expect(detectRecordLength(record)).toBe('not-a-record')
  })

  it.each([
    ['miniSEED 2', oneRecord()],
    ['miniSEED 3', oneRecord({ formatVersion: 3 })],
    ['a control header', new TextEncoder().encode(`000001V ${' '.repeat(248)}`)],
  ])('ends a record without blockette 1000 where %s begins', (_, next) => {
    expect(detectRecordLength(concatenate([withoutBlockettes(1024), next]))).toBe(1024)
  })

  it('gives the rest of a file to a record without blockette 1000 when it is a possible length', () => {
    const record = withoutBlockettes(512)
    expect(detectRecordLength(record)).toBe('needs-more')
    expect(detectRecordLength(record, { isComplete: true })).toBe(512)
    expect(detectRecordLength(record.subarray(0, 500), { isComplete: true })).toBe('not-a-record')
  })

  it('gives up on a record without a length after 64 KiB', () => {
    expect(detectRecordLength(concatenate([withoutBlockettes(512), new Uint8Array(65_536)]))).toBe('not-a-record')
  })

  it('does not believe an impossible length in blockette 1000', () => {
    const record = oneRecord()
    record[54] = 30
    expect(detectRecordLength(concatenate([record, oneRecord()]))).toBe(512)
  })
})
