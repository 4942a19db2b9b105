import { describe, expect, it } from 'vitest'
import type { StationId } from '../../../src/domain/source-id.ts'
import { parseSelections } from '../../../src/seedlink/selection.ts'
import { expandWildcards, knownOf, shardSelections, united } from '../../../src/seedlink/shards.ts'

describe('connections', () => {
  it('share the stations evenly, none above the limit, in order', () => {
    const stations = Array.from({ length: 1601 }, (_, index) => `XX_S${index}`)
    const shards = shardSelections(selectionsOf(...stations), 800)
    expect(shards.map((shard) => shard.length)).toEqual([534, 534, 533])
    expect(shards.flat().map(({ station }) => station)).toEqual(stations)
  })

  it('is one, up to the limit', () => {
    expect(shardSelections(selectionsOf('XX_A', 'XX_B'), 2)).toHaveLength(1)
  })

  it('keep the patterns behind the names', () => {
    const shards = shardSelections(selectionsOf('XX_*', 'XX_A', 'XX_B'), 2)
    expect(shards.at(-1)?.map(({ station }) => station)).toEqual(['XX_*'])
  })

  it('take what is known of their stations', () => {
    const known = new Map([
      ['XX_A', 1],
      ['XX_B', 2],
      ['YY_C', 3],
    ]) as Map<StationId, number>
    const of = (...texts: string[]) => knownOf(selectionsOf(...texts), known, (station) => station).map(([, value]) => value)
    expect(of('XX_A')).toEqual([1])
    expect(of('XX_*', 'YY_C')).toEqual([1, 2, 3])
  })
})

describe('patterns of stations', () => {
  const listed = ['XX_AAA', 'XX_ABB', 'YY_CCC'] as StationId[]

  it('become the stations a server has, with all that several patterns want of one', () => {
    const { selections, found } = expandWildcards(selectionsOf('XX_A*_00_HH', '*_?BB_10_BH', 'ZZ_*'), listed)
    expect(selections).toEqual([
      { station: 'XX_AAA', instruments: [{ location: '00', band: 'H', source: 'H' }] },
      {
        station: 'XX_ABB',
        instruments: [
          { location: '00', band: 'H', source: 'H' },
          { location: '10', band: 'B', source: 'H' },
        ],
      },
    ])
    expect([...found]).toEqual([
      ['XX_A*', 2],
      ['*_?BB', 1],
      ['ZZ_*', 0],
    ])
  })

  it('unite to everything when one of them wants everything', () => {
    const [some, all] = [...selectionsOf('XX_AAA_00_HH'), ...selectionsOf('XX_AAA')]
    expect(some && all && united(some, all)).toEqual({ station: 'XX_AAA', instruments: [] })
  })
})

function selectionsOf(...texts: string[]) {
  return parseSelections(texts).selections
}
