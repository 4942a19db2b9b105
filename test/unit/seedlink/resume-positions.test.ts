import { describe, expect, it } from 'vitest'
import type { StationId } from '../../../src/domain/source-id.ts'
import { type Position, ResumePositions } from '../../../src/seedlink/resume-positions.ts'

const AAA = 'XX_AAA' as StationId
const BBB = 'XX_BBB' as StationId
const CCC = 'XX_CCC' as StationId
const SEISCOMP = { serverKind: 'other', protocol: 3 } as const
const RINGSERVER = { serverKind: 'ringserver', protocol: 4 } as const
const OTHER_V4 = { serverKind: 'other', protocol: 4 } as const

const number = (position: Position) => ({ kind: 'number', position })

describe('resume positions', () => {
  it('are per station, where the server counts per station', () => {
    const positions = new ResumePositions([[AAA, { sequence: 5n }]])
    positions.record(BBB, { sequence: 2n })
    expect(positions.of('XX_AAA', SEISCOMP)).toEqual(number({ sequence: 5n }))
    expect(positions.of('XX_BBB', SEISCOMP)).toEqual(number({ sequence: 2n }))
    expect(positions.of('XX_CCC', SEISCOMP)).toBeUndefined()
  })

  it('are those of the last packet of all, where the server has one counter', () => {
    const positions = new ResumePositions()
    positions.record(AAA, { sequence: 9n, time: 100 })
    positions.record(BBB, { sequence: 10n, time: 50 })
    for (const station of ['XX_AAA', 'XX_BBB', 'XX_CCC']) {
      expect(positions.of(station, RINGSERVER)).toEqual(number({ sequence: 10n, time: 50 }))
    }
  })

  it('go on from the station that lags, where a server with one counter would leave it behind', () => {
    const saved: [StationId, Position][] = [
      [AAA, { sequence: 1320n, time: 200 }],
      [BBB, { sequence: 1174n, time: 100 }],
    ]
    const positions = new ResumePositions(saved)
    expect(positions.of('XX_AAA', RINGSERVER)).toEqual(number({ sequence: 1174n, time: 100 }))
    positions.record(AAA, { sequence: 1175n, time: 101 })
    expect(positions.of('XX_BBB', RINGSERVER)).toEqual(number({ sequence: 1175n, time: 101 }))
  })

  it('go on from the newest number when there is no time to look for an old one by', () => {
    const positions = new ResumePositions([
      [AAA, { sequence: 1320n, time: 200 }],
      [BBB, { sequence: 1174n }],
    ])
    expect(positions.of('XX_BBB', RINGSERVER)).toEqual(number({ sequence: 1320n, time: 200 }))
  })

  it('are saved as that of the connection, where the server has one counter', () => {
    const connectionOf = (station: string) => (station === 'XX_CCC' ? 1 : 0)
    const positions = new ResumePositions([], connectionOf)
    const ring = (sequence: bigint): Position => ({ sequence, protocol: 4, serverKind: 'ringserver' })
    positions.record(CCC, ring(3n))
    positions.record(AAA, ring(8n))
    positions.record(BBB, ring(9n))
    expect(positions.snapshot()).toEqual(
      new Map([
        [AAA, ring(9n)],
        [BBB, ring(9n)],
        [CCC, ring(3n)],
      ]),
    )
    positions.record(AAA, { sequence: 1n, protocol: 3, serverKind: 'other' })
    positions.record(BBB, { sequence: 2n, protocol: 3, serverKind: 'other' })
    expect(positions.snapshot().get(AAA)?.sequence).toBe(1n)
  })

  describe('after the server was upgraded', () => {
    const time = 1_000_000_000
    const margin = 120_000_000

    it.each([
      { what: 'v3 → v4', from: SEISCOMP, to: OTHER_V4 },
      { what: 'v4 → v3', from: OTHER_V4, to: SEISCOMP },
      { what: 'SeisComP → ringserver', from: SEISCOMP, to: { serverKind: 'ringserver', protocol: 3 } as const },
      { what: 'ringserver v3 → v4', from: { serverKind: 'ringserver', protocol: 3 } as const, to: RINGSERVER },
    ])('go on by time, because the number means nothing any more ($what)', ({ from, to }) => {
      const positions = new ResumePositions([[AAA, { sequence: 7n, time, ...from }]])
      expect(positions.of('XX_AAA', from)).toMatchObject({ kind: 'number' })
      expect(positions.of('XX_AAA', to)).toEqual({ kind: 'time', time: time - margin })
    })

    it('never send more than 24 bits to a v3 server, whoever gave the number', () => {
      expect(new ResumePositions([[AAA, { sequence: 0xffffffn }]]).of('XX_AAA', SEISCOMP)).toMatchObject({ kind: 'number' })
      expect(new ResumePositions([[AAA, { sequence: 0x1000000n }]]).of('XX_AAA', SEISCOMP)).toBeUndefined()
      expect(new ResumePositions([[AAA, { sequence: 0x1000000n, time }]]).of('XX_AAA', SEISCOMP)).toMatchObject({ kind: 'time' })
    })
  })

  it('can be forgotten by pattern', () => {
    const positions = new ResumePositions([[AAA, { sequence: 9n }]])
    positions.forget('XX_*')
    expect(positions.of('XX_AAA', SEISCOMP)).toBeUndefined()
    expect(positions.of('XX_AAA', RINGSERVER)).toBeUndefined()
  })

  it('are copied for saving', () => {
    const positions = new ResumePositions([[AAA, { sequence: 1n }]])
    const saved = positions.snapshot()
    positions.record(AAA, { sequence: 2n })
    expect(saved.get(AAA)).toEqual({ sequence: 1n })
  })
})
