import { describe, expect, it } from 'vitest'
import type { SourceId } from '../../../src/domain/source-id.ts'
import type { StreamInfo } from '../../../src/seedlink/info.ts'
import { parseSelections, type StationSelection } from '../../../src/seedlink/selection.ts'
import { offerOf, unheardEntries } from '../../../src/seedlink/server-offer.ts'

const NEWEST = Date.UTC(2026, 10, 23) * 1000

describe('entries of which nothing was heard', () => {
  it('are those without any channel, spelled as they are asked for', () => {
    const selection = selected('XX_AAA_00_HH', 'XX_AAA_10_HH', 'XX_AAA__BH', 'XX_AAA_*_HN')
    expect(unheardEntries(selection, [])).toEqual(['XX_AAA_00_HH', 'XX_AAA_10_HH', 'XX_AAA__BH', 'XX_AAA_*_HN'])
    const heard = ids('XX_AAA_00_H_H_Z', 'XX_AAA_20_H_N_Z', 'XX_BBB_10_H_H_Z', 'XX_AAA_00_B_H_Z')
    expect(unheardEntries(selection, heard)).toEqual(['XX_AAA_10_HH', 'XX_AAA__BH'])
  })

  it('are the station where all of it is asked for', () => {
    expect(unheardEntries(selected('XX_AAA'), ids('XX_BBB_00_H_H_Z'))).toEqual(['XX_AAA'])
    expect(unheardEntries(selected('XX_AAA'), ids('XX_AAA_00_L_O_G'))).toEqual([])
  })
})

describe('what a server has instead', () => {
  it('names the instruments as they can be asked for, with their components', () => {
    const streams = streamsOf('XX_AAA_10_B_H_Z', 'XX_AAA_10_B_H_N', 'XX_AAA_10_B_H_E', 'XX_AAA__H_N_Z')
    expect(offerOf(selected('XX_AAA_00_HH'), ['XX_AAA_00_HH'], streams)).toEqual({
      absent: ['XX_AAA_00_HH'],
      text: 'it has XX_AAA_10_BH (ENZ), XX_AAA__HN (Z), not XX_AAA_00_HH; ask for what it has',
    })
  })

  it('says how new what it has is, where it has it and does not send it', () => {
    const streams = [{ ...stream('XX_AAA_00_H_H_Z'), endTime: NEWEST }, stream('XX_AAA_00_H_H_N')]
    expect(offerOf(selected('XX_AAA_00_HH'), ['XX_AAA_00_HH'], streams)).toEqual({
      absent: [],
      text: 'it has XX_AAA_00_HH (NZ), newest sample of 2026-11-23T00:00:00.000000Z',
    })
  })

  it('tells entries that are there from entries that are not, and speaks of those only that were not heard', () => {
    const selection = selected('XX_AAA_00_HH', 'XX_AAA_10_HH', 'XX_AAA_20_HH')
    const streams = streamsOf('XX_AAA_00_H_H_Z', 'XX_AAA_10_H_H_Z')
    expect(offerOf(selection, ['XX_AAA_10_HH', 'XX_AAA_20_HH'], streams)).toEqual({
      absent: ['XX_AAA_20_HH'],
      text: 'it has XX_AAA_00_HH (Z), XX_AAA_10_HH (Z), not XX_AAA_20_HH; ask for what it has',
    })
  })

  it('leaves out logs and what is no identifier, and does not grow with the server', () => {
    const many = Array.from({ length: 11 }, (_, index) => stream(`XX_AAA_${10 + index}_B_H_Z`))
    const streams = [{ ...stream('XX_AAA_00_L_O_G'), subformat: 'L' }, stream('"><x>'), stream(''), ...many]
    const { text } = offerOf(selected('XX_AAA_00_HH'), ['XX_AAA_00_HH'], streams)
    expect(text).toBe(
      `it has ${many
        .slice(0, 8)
        .map((_, index) => `XX_AAA_${10 + index}_BH (Z)`)
        .join(', ')} and 3 more, not XX_AAA_00_HH; ask for what it has`,
    )
    const none = offerOf(selected('XX_AAA_00_HH'), ['XX_AAA_00_HH'], streams.slice(0, 3))
    expect(none.text).toBe('it has no data, not XX_AAA_00_HH; ask for what it has')
  })
})

function selected(...texts: readonly string[]): StationSelection {
  return parseSelections(texts).selections[0] as StationSelection
}

function ids(...texts: readonly string[]): SourceId[] {
  return texts.map((text) => `FDSN:${text}` as SourceId)
}

function streamsOf(...texts: readonly string[]): StreamInfo[] {
  return texts.map(stream)
}

function stream(text: string): StreamInfo {
  return { sourceId: `FDSN:${text}` as SourceId, format: '', subformat: 'D', gaps: [] }
}
