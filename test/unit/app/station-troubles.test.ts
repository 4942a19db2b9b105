import { describe, expect, it } from 'vitest'
import { stationTroubles } from '../../../src/app/station-troubles.ts'
import type { ServerStatus, StationStatus } from '../../../src/contract/health.ts'
import { EXAMPLE_STATION } from '../../helpers/example-view.ts'

describe('what is wrong with instruments', () => {
  it('is nothing where all are well, or only waited for', () => {
    expect(troubles([station('AAA'), station('BBB', { state: 'waiting', reason: 'never heard' })])).toEqual([])
  })

  it('is one line per trouble, with five names', () => {
    const silent = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((name) => station(name, { state: 'silent' }))
    expect(troubles([station('R', { state: 'rejected' }), station('S', { state: 'stalled' }), ...silent])).toEqual([
      'rejected: XX_R_00_HH',
      'stalled: XX_S_00_HH',
      'silent: XX_A_00_HH, XX_B_00_HH, XX_C_00_HH, XX_D_00_HH, XX_E_00_HH and 2 more',
    ])
  })

  it('names those that a server takes and has not, which nothing else would tell', () => {
    expect(troubles([station('AAA'), station('TYPO', { state: 'waiting', isUnheard: true })])).toEqual([
      'never heard: XX_TYPO_00_HH',
    ])
  })

  it('is no silence at the end of an archive, but still what was refused', () => {
    const all = [
      station('R', { state: 'rejected' }),
      station('S', { state: 'silent' }),
      station('T', { state: 'waiting', isUnheard: true }),
    ]
    expect(troubles(all, 'ended')).toEqual(['rejected: XX_R_00_HH'])
  })

  it('names whose data lie further ahead of the clock than they may', () => {
    const ahead = [station('A', { latencySeconds: -59 }), station('B', { latencySeconds: -61 })]
    expect(troubles(ahead)).toEqual(['clock ahead: XX_B_00_HH'])
  })
})

function troubles(stations: StationStatus[], state: ServerStatus['state'] = 'connected'): string[] {
  return stationTroubles(stations, [{ url: 'seedlink://a.example:18000', state } as ServerStatus], 60)
}

function station(name: string, what: Partial<StationStatus> = {}): StationStatus {
  return { ...EXAMPLE_STATION, station: `XX_${name}`, instrument: `XX_${name}_00_HH`, ...what }
}
