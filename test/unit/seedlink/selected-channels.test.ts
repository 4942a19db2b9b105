import { describe, expect, it } from 'vitest'
import { SelectedChannels } from '../../../src/seedlink/selected-channels.ts'
import { parseSelections } from '../../../src/seedlink/selection.ts'
import { miniseed2, miniseed3 } from '../../helpers/seedlink-records.ts'

describe('the selected channels', () => {
  const channels = new SelectedChannels(parseSelections(['XX_AAA_00_HH', 'XX_*_00_HN', 'YY_B__BH']).selections)

  it('name source, station and the entry that selects them', () => {
    expect(channels.of(miniseed2())).toMatchObject({
      sourceId: 'FDSN:XX_AAA_00_H_H_Z',
      stationId: 'XX_AAA',
      selection: { station: 'XX_AAA' },
    })
    expect(channels.of(miniseed3('FDSN:YY_B__B_H_1'))).toMatchObject({ stationId: 'YY_B' })
  })

  it('look at patterns, too, when the entry of the station itself does not want it', () => {
    expect(channels.of(miniseed2({ channel: 'HNZ' }))?.selection.station).toBe('XX_*')
  })

  it('take the packet at its word when its record names another station: a damaged name', () => {
    const damaged = miniseed2({ station: 'ACA' })
    expect(channels.of(damaged)).toBeNull()
    expect(channels.of(damaged, 'XX_AAA')).toMatchObject({ sourceId: 'FDSN:XX_AAA_00_H_H_Z', stationId: 'XX_AAA' })
    expect(channels.of(miniseed3('FDSN:XX_AAA_00_H_H_Z'), 'YY_B')).toBeNull()
    // It is the record that tells what a station is called, where the packet's name was not asked for.
    expect(channels.of(miniseed2(), 'ZZ_ALIAS')).toMatchObject({ stationId: 'XX_AAA' })
    expect(channels.of(miniseed2(), 'XX_AAA')).toBe(channels.of(miniseed2()))
  })

  it('leave out what nobody asked for and what has no name', () => {
    const others = [miniseed2({ channel: 'BHZ' }), miniseed2({ network: 'ZZ' }), miniseed3('no FDSN id'), new Uint8Array(0)]
    expect(others.map((record) => channels.of(record))).toEqual([null, null, null, null])
  })
})
