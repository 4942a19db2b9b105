import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StationId } from '../../../src/domain/source-id.ts'
import type { Position } from '../../../src/seedlink/resume-positions.ts'
import { formatStateFile, parseStateFile } from '../../../src/seedlink/state-file.ts'

const TIME = Date.UTC(2026, 10, 22, 9, 46, 11) * 1000

describe('the state file of libslink', () => {
  it('is read in its second version', () => {
    const text = '#V2 StationID  Sequence  [Timestamp]\nXX_AAA 1320 2026-11-22T09:46:11.000000Z\nXX_BBB UNSET\nXX_* 16777216\n'
    expect(parseStateFile(text)).toEqual({
      positions: new Map<string, Position>([
        ['XX_AAA', { sequence: 1320n, time: TIME }],
        ['XX_*', { sequence: 16_777_216n, protocol: 4 }],
      ]),
      invalid: [],
    })
  })

  it('is read in its first version', () => {
    const text = 'XX AAA 1320 2026,11,22,9,46,11\r\nXX BBB -1\nXX UNI 7\n'
    expect(parseStateFile(text)).toEqual({
      positions: new Map<string, Position>([
        ['XX_AAA', { sequence: 1320n, time: TIME }],
        ['XX_UNI', { sequence: 7n }],
      ]),
      invalid: [],
    })
  })

  it('names lines that are no positions', () => {
    expect(parseStateFile('#V2\nXX_AAA\nXX_AAA x\nAAA 5\nXX_AAA 5 yesterday\nXX_AAA 5 2026-11-22 6\n').invalid).toHaveLength(5)
  })

  it('is written in the order of the stations, as it is read', () => {
    const positions = new Map([
      ['XX_BBB', { sequence: 2n }],
      ['XX_AAA', { sequence: 1320n, time: TIME }],
    ]) as Map<StationId, Position>
    expect(formatStateFile(positions)).toBe(
      '#V2 StationID  Sequence  [Timestamp]\nXX_AAA 1320 2026-11-22T09:46:11.000000Z\nXX_BBB 2\n',
    )
  })

  it('gives back what was written', () => {
    const station = fc.stringMatching(/^[A-Z]{2}_[A-Z]{1,5}$/)
    const position = fc.record({ sequence: fc.bigInt(0n, 0xffffffn), time: fc.integer({ min: 0, max: 4e15 }) })
    fc.assert(
      fc.property(fc.array(fc.tuple(station, position)), (entries) => {
        const positions = new Map(entries) as Map<StationId, Position>
        expect(parseStateFile(formatStateFile(positions)).positions).toEqual(positions)
      }),
      { numRuns: 200, seed: 5 },
    )
  })

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => void parseStateFile(text)),
      { numRuns: 300, seed: 6 },
    )
  })
})
