import { describe, expect, it } from 'vitest'
import type { StationId } from '../../../src/domain/source-id.ts'
import { WindowProgress } from '../../../src/seedlink/window-progress.ts'

const AAA = 'XX_AAA' as StationId
const BBB = 'XX_BBB' as StationId
const PATIENCE = { settleSeconds: 3, quietSeconds: 30, silentSeconds: 60 }

describe('a time window', () => {
  it('is silent while nothing comes', () => {
    expect(windowOf(['XX_AAA']).verdict(PATIENCE)).toEqual({ outcome: 'silent', seconds: 60 })
  })

  it('is silent while no channel has reached its end', () => {
    const window = windowOf(['XX_AAA'])
    window.note('Z', AAA, 0, 99)
    expect(window.verdict(PATIENCE)).toEqual({ outcome: 'silent', seconds: 60 })
  })

  it('is complete when every channel of every station has reached its end', () => {
    const window = windowOf(['XX_AAA', 'XX_B*'])
    window.note('AZ', AAA, 0, 100)
    expect(window.verdict(PATIENCE).outcome).toBe('quiet')
    window.note('BZ', BBB, 0, 50)
    expect(window.verdict(PATIENCE).outcome).toBe('quiet')
    window.note('BZ', BBB, 50, 120)
    expect(window.verdict(PATIENCE)).toEqual({ outcome: 'complete', seconds: 3 })
    window.note('BN', BBB, 0, 50)
    expect(window.verdict(PATIENCE)).toEqual({ outcome: 'quiet', seconds: 30 })
  })

  it('does not wait for a station that was refused', () => {
    const window = windowOf(['XX_AAA', 'XX_BBB'])
    window.giveUp('XX_BBB')
    window.note('Z', AAA, 0, 100)
    expect(window.verdict(PATIENCE).outcome).toBe('complete')
  })

  it('wants what overlaps it, and nothing that begins at its end or later', () => {
    const window = windowOf(['XX_AAA'])
    expect(window.note('Z', AAA, 99, 200)).toBe(true)
    expect(window.note('Z', AAA, 100, 200)).toBe(false)
  })
})

function windowOf(stations: string[]): WindowProgress {
  return new WindowProgress(100, stations)
}
