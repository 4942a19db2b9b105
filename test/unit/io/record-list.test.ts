import { describe, expect, it } from 'vitest'
import { MiniseedFormatError } from '../../../src/domain/errors.ts'
import { recordList } from '../../../src/io/seedlink/record-list.ts'
import { syntheticRecords } from '../../helpers/memory-source.ts'

describe('a list of records as a source', () => {
  const records = ['XX.AAA.00.HHZ', 'XX.BBB..HHN'].flatMap((nslc) => syntheticRecords({ nslc, seconds: 30 }))
  const long = syntheticRecords({ nslc: 'XX.CCC.00.BHZ', seconds: 30, sampleRate: 20, formatVersion: 3 })

  it('gives them by the time of their last samples, whatever the order they came in', () => {
    const inOrder = [...recordList([...records, ...long]).recordsFrom(0)]
    expect([...recordList([...long, ...records.toReversed()]).recordsFrom(0)]).toEqual(inOrder)
    const ends = inOrder.map(({ endTime }) => endTime)
    expect(ends).toEqual(ends.toSorted((a, b) => Number(a - b)))
    expect(inOrder.map(({ ordinal }) => ordinal)).toEqual(inOrder.map((_, i) => i))
    expect(new Set(inOrder.map(({ sourceId }) => sourceId))).toEqual(
      new Set(['FDSN:XX_AAA_00_H_H_Z', 'FDSN:XX_BBB__H_H_N', 'FDSN:XX_CCC_00_B_H_Z']),
    )
  })

  it('begins anywhere, several times', () => {
    const source = recordList(records)
    const all = [...source.recordsFrom(0)]
    expect(source.recordCount).toBe(records.length)
    expect([...source.recordsFrom(3)]).toEqual(all.slice(3))
    expect([...source.recordsFrom(records.length)]).toEqual([])
  })

  it('refuses bytes that are no record', () => {
    expect(() => recordList([new Uint8Array(512)])).toThrow(MiniseedFormatError)
  })
})
