import { describe, expect, it } from 'vitest'
import type { StationStatus } from '../../../../src/contract/health.ts'
import { countStates, inOldOrder, inOrder, isShown, type SortKey, type WallRow } from '../../../../src/web/live/wall-order.ts'

function row(code: string, changes: Partial<StationStatus> = {}, score = Number.NaN, lastDetection?: string): WallRow {
  const status = {
    station: `XX_${code}`,
    instrument: `XX_${code}__HH`,
    state: 'ok',
    latencySeconds: null,
    lastSampleTime: null,
    gaps: 0,
    overlaps: 0,
    trigger: { on: 0.98, off: 0.95 },
    ...changes,
  } as StationStatus
  return { status, score, lastDetection }
}

const codes = (rows: readonly WallRow[]) => rows.map(({ status }) => status.station.slice(3)).join(' ')
const sorted = (rows: readonly WallRow[], key: SortKey, isReversed = false) => codes(inOrder(rows, { key, isReversed }))

describe('the order of the wall', () => {
  it('begins with the worst state, by name among equals', () => {
    const rows = [row('D'), row('C', { state: 'gap' }), row('B', { state: 'rejected' }), row('A'), row('E', { state: 'silent' })]
    expect(sorted(rows, 'state')).toBe('B E C A D')
    expect(sorted(rows, 'state', true)).toBe('A D C E B')
  })

  it('goes by name from A to Z, and back', () => {
    const rows = [row('B'), row('C'), row('A')]
    expect(sorted(rows, 'name')).toBe('A B C')
    expect(sorted(rows, 'name', true)).toBe('C B A')
  })

  it('has the highest score, the longest latency, the newest detection and the most gaps first', () => {
    const rows = [
      row('A', { latencySeconds: 3, gaps: 5 }, 0.2, '2026-11-22T10:00:00.000000Z'),
      row('B', { latencySeconds: 9, gaps: 0 }, 0.1, '2026-11-22T11:00:00.000000Z'),
      row('C', { latencySeconds: 1, gaps: 7 }, 0.9, '2026-11-22T09:00:00.000000Z'),
    ]
    expect([sorted(rows, 'score'), sorted(rows, 'latency'), sorted(rows, 'detection'), sorted(rows, 'gaps')]).toEqual([
      'C A B',
      'B A C',
      'B A C',
      'C A B',
    ])
  })

  it('has what is not known last, whichever way round', () => {
    const rows = [row('A'), row('B', {}, 0.1), row('C', {}, 0.9), row('D')]
    expect(sorted(rows, 'score')).toBe('C B A D')
    expect(sorted(rows, 'score', true)).toBe('B C A D')
  })

  it('can be held: rows keep their places, new ones come last, gone ones leave', () => {
    const old = [row('C'), row('A'), row('B')]
    const fresh = [row('A', { state: 'silent' }), row('C'), row('D')]
    const held = inOldOrder(old, fresh)
    expect(codes(held)).toBe('C A D')
    expect(held[1]?.status.state).toBe('silent')
  })
})

describe('the filter of the wall', () => {
  const status = row('CLC', { state: 'silent', reason: 'nothing for an hour' }).status
  const filter = (text: string, ...states: StationStatus['state'][]) => ({ text, states: new Set(states) })

  it('finds parts of the code as it is shown, and of the reason, in any case', () => {
    expect(['clc', ' XX.CLC.HH ', 'HOUR', ''].map((text) => isShown(status, filter(text)))).toEqual([true, true, true, true])
    expect(['WBM', 'XX_CLC'].map((text) => isShown(status, filter(text)))).toEqual([false, false])
  })

  it('lets chosen states through, all when none is chosen', () => {
    expect(isShown(status, filter('', 'silent', 'gap'))).toBe(true)
    expect(isShown(status, filter('', 'ok'))).toBe(false)
  })
})

describe('the count of states', () => {
  it('is worst first, without states that nobody is in', () => {
    const stations = [row('A'), row('B', { state: 'gap' }), row('C')].map(({ status }) => status)
    expect(countStates(stations)).toEqual([
      { state: 'gap', count: 1 },
      { state: 'ok', count: 2 },
    ])
  })
})
