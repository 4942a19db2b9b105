import { describe, expect, it } from 'vitest'
import type { SourceId } from '../../../src/domain/source-id.ts'
import { ChannelEnds } from '../../../src/seedlink/channel-ends.ts'

const Z = 'FDSN:XX_AAA_00_H_H_Z' as SourceId
const N = 'FDSN:XX_AAA_00_H_H_N' as SourceId
const SECOND = 1_000_000

describe('the ends of channels', () => {
  it('show what a new connection has skipped, channel by channel, once', () => {
    const ends = new ChannelEnds()
    ends.beginConnection()
    expect(ends.note(Z, 0, 10 * SECOND)).toBeUndefined()
    expect(ends.note(N, 0, 12 * SECOND)).toBeUndefined()
    ends.beginConnection()
    expect(ends.note(Z, 30 * SECOND, 40 * SECOND)).toEqual({ sourceId: Z, from: 10 * SECOND, to: 30 * SECOND })
    expect(ends.note(Z, 90 * SECOND, 99 * SECOND)).toBeUndefined()
    expect(ends.note(N, 13 * SECOND, 20 * SECOND)).toBeUndefined()
  })

  it('are silent about gaps within a connection: the records themselves show those', () => {
    const ends = new ChannelEnds()
    ends.beginConnection()
    ends.note(Z, 0, SECOND)
    expect(ends.note(Z, 60 * SECOND, 61 * SECOND)).toBeUndefined()
  })

  it('are silent about what comes twice or late', () => {
    const ends = new ChannelEnds([[Z, 100 * SECOND]])
    ends.beginConnection()
    expect(ends.note(Z, 10 * SECOND, 20 * SECOND)).toBeUndefined()
    expect(ends.snapshot().get(Z)).toBe(100 * SECOND)
  })

  it('survive a restart', () => {
    const ends = new ChannelEnds([[Z, 10 * SECOND]])
    ends.beginConnection()
    expect(ends.note(Z, 3600 * SECOND, 3601 * SECOND)).toEqual({ sourceId: Z, from: 10 * SECOND, to: 3600 * SECOND })
    expect(ends.snapshot()).toEqual(new Map([[Z, 3601 * SECOND]]))
  })

  it('do not grow without bound, whatever names a server invents', () => {
    const ends = new ChannelEnds()
    for (let index = 0; index < 70_000; index++) ends.note(`FDSN:XX_${index}` as SourceId, 0, 1)
    expect(ends.snapshot().size).toBe(65_536)
  })
})
