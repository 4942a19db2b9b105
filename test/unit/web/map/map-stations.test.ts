import { describe, expect, it } from 'vitest'
import type { StationStatus } from '../../../../src/contract/health.ts'
import { mapStations } from '../../../../src/web/map/map-stations.ts'

describe('stations on the map', () => {
  it('are one mark each, in the worst state of their instruments, which it opens', () => {
    const { placed } = mapStations([status('IU_ANMO_00_BH', 'ok', 35), status('IU_ANMO_10_BH', 'silent', 35)])
    expect(placed).toHaveLength(1)
    expect(placed[0]).toMatchObject({ station: 'IU_ANMO', state: 'silent' })
    expect(placed[0]!.instruments.map(({ instrument }) => instrument)).toEqual(['IU_ANMO_10_BH', 'IU_ANMO_00_BH'])
  })

  it('are drawn with the worst on top', () => {
    const { placed } = mapStations([status('A_A__BH', 'rejected', 1), status('B_B__BH', 'ok', 2), status('C_C__BH', 'latent', 3)])
    expect(placed.map(({ state }) => state)).toEqual(['ok', 'latent', 'rejected'])
  })

  it('are named when no instrument of theirs has coordinates', () => {
    const { placed, unplaced } = mapStations([status('A_A__BH', 'ok', 1), status('A_A_1_HN', 'ok'), status('B_B__BH', 'ok')])
    expect(placed.map(({ station }) => station)).toEqual(['A_A'])
    expect(placed[0]!.instruments).toHaveLength(2)
    expect(unplaced).toEqual(['B_B'])
  })
})

function status(instrument: string, state: StationStatus['state'], latitude?: number): StationStatus {
  return {
    station: instrument.split('_').slice(0, 2).join('_'),
    instrument,
    state,
    ...(latitude === undefined ? {} : { coordinates: { latitude, longitude: 10 } }),
  } as StationStatus
}
