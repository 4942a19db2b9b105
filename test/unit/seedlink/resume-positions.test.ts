import { describe, expect, it } from 'vitest'
import type { StationId } from '../../../src/domain/source-id.ts'
import { ResumePositions } from '../../../src/seedlink/resume-positions.ts'

const AAA = 'XX_AAA' as StationId
const BBB = 'XX_BBB' as StationId

describe('resume positions', () => {
  it('are per station, where the server counts per station', () => {
    const positions = new ResumePositions([[AAA, { sequence: 5n }]])
    positions.record(BBB, { sequence: 2n })
    expect(positions.of('XX_AAA', 'other')).toEqual({ sequence: 5n })
    expect(positions.of('XX_BBB', 'other')).toEqual({ sequence: 2n })
    expect(positions.of('XX_CCC', 'other')).toBeUndefined()
  })

  it('are those of the last packet of all, where the server has one counter', () => {
    const positions = new ResumePositions([
      [AAA, { sequence: 9n, time: 100 }],
      [BBB, { sequence: 8n, time: 200 }],
    ])
    expect(positions.of('XX_CCC', 'ringserver')).toEqual({ sequence: 8n, time: 200 })
    positions.record(AAA, { sequence: 3n, time: 50 })
    expect(positions.of('XX_BBB', 'ringserver')).toEqual({ sequence: 3n, time: 50 })
  })

  it('can be forgotten by pattern', () => {
    const positions = new ResumePositions([[AAA, { sequence: 9n }]])
    positions.forget('XX_*')
    expect(positions.of('XX_AAA', 'other')).toBeUndefined()
    expect(positions.of('XX_AAA', 'ringserver')).toBeUndefined()
  })

  it('are copied for saving', () => {
    const positions = new ResumePositions([[AAA, { sequence: 1n }]])
    const saved = positions.snapshot()
    positions.record(AAA, { sequence: 2n })
    expect(saved.get(AAA)).toEqual({ sequence: 1n })
  })
})
