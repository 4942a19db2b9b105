import { describe, expect, it } from 'vitest'
import { parseSelections, selectionMatcher, stationMatches } from '../../../src/seedlink/selection.ts'

describe('selections', () => {
  it('group identifiers by station, patterns last', () => {
    const { selections, invalid } = parseSelections(['GE_*', 'IU_ANMO_00_BH', 'IU_ANMO__L_H', 'GE_APE'])
    expect(invalid).toEqual([])
    expect(selections).toEqual([
      {
        station: 'IU_ANMO',
        instruments: [
          { location: '00', band: 'B', source: 'H' },
          { location: '', band: 'L', source: 'H' },
        ],
      },
      { station: 'GE_APE', instruments: [] },
      { station: 'GE_*', instruments: [] },
    ])
  })

  it('want everything of a station as soon as one entry does', () => {
    expect(parseSelections(['IU_ANMO_00_BH', 'IU_ANMO', 'IU_ANMO_10_BH']).selections).toEqual([
      { station: 'IU_ANMO', instruments: [] },
    ])
  })

  it('name what is no identifier', () => {
    expect(parseSelections(['IU', 'IU_ANMO_00', 'IU_ANMO_00_BHZ_X_Y', '', 'IU ANMO']).invalid).toHaveLength(5)
  })

  it('match channels of the instrument and no others', () => {
    const matches = matcherOf('IU_ANMO_00_BH', 'IU_ANMO__HN')
    expect(['FDSN:IU_ANMO_00_B_H_Z', 'FDSN:IU_ANMO_00_B_H_1', 'FDSN:IU_ANMO__H_N_E'].every(matches)).toBe(true)
    const others = [
      'FDSN:IU_ANMO_10_B_H_Z',
      'FDSN:IU_ANMO__B_H_Z',
      'FDSN:IU_ANMO_00_L_H_Z',
      'FDSN:GE_ANMO_00_B_H_Z',
      'FDSN:IU_ANMOX_00_B_H_Z',
    ]
    expect(others.some(matches)).toBe(false)
  })

  it('match by wildcards', () => {
    const matches = matcherOf('I?_*_*_?H')
    expect(matches('FDSN:IU_ANMO__B_H_Z')).toBe(true)
    expect(matches('FDSN:IU_ANMO_00_B_N_Z')).toBe(false)
    expect(stationMatches('X?_A*', 'XX_AAA')).toBe(true)
    expect(stationMatches('X?_A*', 'XX_BAA')).toBe(false)
  })
})

function matcherOf(...texts: string[]): (sourceId: string) => boolean {
  const selection = parseSelections(texts).selections[0]
  if (!selection) throw new Error('no selection')
  return selectionMatcher(selection)
}
