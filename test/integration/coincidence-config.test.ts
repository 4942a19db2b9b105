import { describe, expect, it } from 'vitest'
import { coincidenceOptions } from '../../src/app/coincidence-options.ts'
import { formatFault } from '../../src/io/config/config-fault.ts'
import { parseConfig } from '../../src/io/config-file.ts'

const faultsOf = (text: string) =>
  parseConfig(text, { file: 'stations.yaml' }).faults.map((fault) => formatFault('stations.yaml', fault))

describe('the configuration of coincidence', () => {
  it('finds groups of coincidence that lead nowhere or can never be met', () => {
    const faults = faultsOf(`model: models/first
groups:
  north: [XX_A, XX_B_00_HH, XX_B_00_HN]
coincidence:
  groups: { nort: 2, north: 3 }
  weights: { XX_A_00_HH: 1 }
  veto: { apart: 5 }
`)
    expect(faults).toMatchInlineSnapshot(`
      [
        "stations.yaml:5 coincidence.groups.nort: expected one of north, got nort",
        "stations.yaml:5 coincidence.groups.north: expected ≤ 2 (all of groups.north), got 3",
        "stations.yaml:6 coincidence.weights.XX_A_00_HH: expected NET_STA such as IU_ANMO, got "XX_A_00_HH"",
        "stations.yaml:7 coincidence.veto.apart: expected one of simultaneousSeconds, apartKm, got unknown key "apart"",
      ]
    `)
  })

  it('becomes rules, weights and places by station', () => {
    const { config } = parseConfig(
      `model: models/first
groups: { north: [XX_A, XX_B_00_HH, XX_B_00_HN] }
coincidence: { stations: 5, groups: { north: 2 }, weights: { XX_A: 0.5, XX_B: 2 } }
stations:
  XX_A_00_HH: { coordinates: { latitude: 1, longitude: 2 } }
  XX_B: { coordinates: { latitude: 3, longitude: 4 } }
`,
      { file: 'stations.yaml' },
    )
    const { rules, weightOf, placeOf, holdSeconds } = coincidenceOptions(config!)
    expect(rules).toEqual([
      { name: 'network', needed: 5 },
      { name: 'north', needed: 2, members: new Set(['XX_A', 'XX_B']) },
    ])
    expect([weightOf('XX_A' as never), weightOf('XX_C' as never)]).toEqual([0.5, 1])
    expect(placeOf('XX_A' as never)).toEqual({ latitude: 1, longitude: 2 })
    expect(placeOf('XX_C' as never)).toBeUndefined()
    expect(holdSeconds).toBe(60)
  })
})
