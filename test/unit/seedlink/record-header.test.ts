import { describe, expect, it } from 'vitest'
import { headerKey, headerNextTime, headerTime, sourceIdOfKey, stationOfSource } from '../../../src/seedlink/record-header.ts'
import { miniseed2, miniseed3 } from '../../helpers/seedlink-records.ts'

describe('the header of a packet', () => {
  it('names the channel, in miniSEED 2 and 3', () => {
    const sourceIds = [miniseed2({ location: '' }), miniseed3('FDSN:XX_LONGNAME_00_H_H_Z')].map((record) =>
      sourceIdOfKey(headerKey(record)),
    )
    expect(sourceIds).toEqual(['FDSN:XX_AAA__H_H_Z', 'FDSN:XX_LONGNAME_00_H_H_Z'])
    expect(sourceIds.map((sourceId) => sourceId && stationOfSource(sourceId))).toEqual(['XX_AAA', 'XX_LONGNAME'])
  })

  it('has no name when a miniSEED 3 identifier is none', () => {
    expect(sourceIdOfKey(headerKey(miniseed3('XFDSN:anything')))).toBeUndefined()
  })

  it('gives the start time', () => {
    const startTime = Date.UTC(2024, 11, 31, 23, 59, 59) * 1000 + 123_400
    expect(headerTime(miniseed2({ startTime }))).toBe(startTime)
    expect(headerTime(miniseed3())).toBe(Date.UTC(2026, 0, 1) * 1000)
  })

  it('gives no time where the header has an impossible one', () => {
    expect(headerTime(new Uint8Array(64))).toBeUndefined()
    expect(headerTime(new Uint8Array(0))).toBeUndefined()
  })

  it('says when the next sample is due', () => {
    const startTime = Date.UTC(2026, 0, 1) * 1000
    const record = miniseed2({ startTime })
    expect(headerNextTime(record)).toBe(startTime + 1_000_000)
    const view = new DataView(record.buffer)
    view.setInt16(32, -10)
    expect(headerNextTime(record)).toBe(startTime + 1_000_000_000)
    view.setInt16(32, 312)
    view.setInt16(34, -10)
    expect(headerNextTime(record)).toBe(startTime + Math.round(100e6 / 31.2))
    view.setInt16(32, 0)
    expect(headerNextTime(record)).toBeUndefined()
  })

  it('says so in miniSEED 3, by rate or by period', () => {
    const record = miniseed3()
    const view = new DataView(record.buffer)
    view.setUint32(24, 500, true)
    view.setFloat64(16, 100, true)
    expect(headerNextTime(record)).toBe(Date.UTC(2026, 0, 1) * 1000 + 5_000_000)
    view.setFloat64(16, -10, true)
    expect(headerNextTime(record)).toBe(Date.UTC(2026, 0, 1) * 1000 + 5_000_000_000)
    view.setFloat64(16, Number.NaN, true)
    expect(headerNextTime(record)).toBeUndefined()
  })
})
