import { describe, expect, it } from 'vitest'
import type { InstrumentId } from '../../../src/domain/source-id.ts'
import type { Frame } from '../../../src/domain/window.ts'
import { RecentRows } from '../../../src/signal/recent-rows.ts'

const instrument = 'XX_AAA_00_HH' as InstrumentId
const GAP = { kind: 'gap', instrument, cause: 'missing' } as const

/** Rows that say their index: [i, i + 0.25, i + 0.5]. */
function rows(firstIndex: number, count: number): Float64Array {
  return Float64Array.from({ length: count * 3 }, (_, i) => firstIndex + Math.floor(i / 3) + (i % 3) / 4)
}

function frame(firstIndex: number, count: number): Frame {
  return { kind: 'frame', instrument, firstIndex, samples: rows(firstIndex, count) }
}

function windowAt(recent: RecentRows, firstIndex: number, count: number): Float64Array | undefined {
  const window = new Float64Array(count * 3)
  return recent.copyTo(firstIndex, window) ? window : undefined
}

describe('recent rows', () => {
  it('give any window of what has come, across frames', () => {
    const recent = new RecentRows()
    for (let index = 0; index < 5000; index += 7) recent.push(frame(index, 7))
    for (const start of [0, 3, 1234, 4998 - 100]) expect(windowAt(recent, start, 100)).toEqual(rows(start, 100))
  })

  it('do not give a window that a gap interrupts, even one of no time', () => {
    const recent = new RecentRows()
    recent.push(frame(0, 50))
    recent.push(GAP)
    recent.push(frame(50, 50))
    expect(windowAt(recent, 40, 20)).toBeUndefined()
    expect(windowAt(recent, 30, 20)).toEqual(rows(30, 20))
    expect(windowAt(recent, 50, 50)).toEqual(rows(50, 50))
    recent.push(frame(120, 50))
    expect(windowAt(recent, 90, 40)).toBeUndefined()
  })

  it('do not give what has not come or was forgotten', () => {
    const recent = new RecentRows()
    recent.push(frame(100, 100))
    expect(windowAt(recent, 99, 10)).toBeUndefined()
    expect(windowAt(recent, 191, 10)).toBeUndefined()
    recent.forgetBefore(150)
    expect(windowAt(recent, 149, 10)).toBeUndefined()
    expect(windowAt(recent, 150, 10)).toEqual(rows(150, 10))
    recent.forgetBefore(200)
    expect(recent.snapshot().stretches).toEqual([])
    recent.push(frame(200, 10))
    expect(windowAt(recent, 200, 10)).toEqual(rows(200, 10))
  })

  it('keep no more than is asked for, however long it goes on', () => {
    const recent = new RecentRows()
    for (let index = 0; index < 100_000; index += 40) {
      recent.push(frame(index, 40))
      recent.forgetBefore(index - 1000)
      if (index % 4000 === 0) recent.push(GAP)
    }
    const { stretches } = recent.snapshot()
    expect(stretches.reduce((sum, { samples }) => sum + samples.length / 3, 0)).toBe(1040)
  })

  it('follow a clock that is set back, and let go of the time that it left', () => {
    const recent = new RecentRows()
    recent.push(frame(9000, 100))
    recent.forgetBefore(9050)
    recent.push(GAP)
    recent.push(frame(100, 100))
    expect(windowAt(recent, 120, 50)).toEqual(rows(120, 50))
    recent.forgetBefore(150)
    expect(recent.snapshot().stretches.map(({ firstIndex }) => firstIndex)).toEqual([150])
    recent.push(frame(200, 10))
    expect(windowAt(recent, 160, 50)).toEqual(rows(160, 50))
  })

  it('come back after a restart', () => {
    const recent = new RecentRows()
    recent.push(frame(0, 50))
    recent.push(GAP)
    recent.push(frame(60, 50))
    recent.forgetBefore(30)
    const again = new RecentRows(structuredClone(recent.snapshot()))
    expect(again.snapshot()).toEqual(recent.snapshot())
    again.push(frame(110, 10))
    expect(windowAt(again, 70, 50)).toEqual(rows(70, 50))
    recent.push(GAP)
    const interrupted = new RecentRows(structuredClone(recent.snapshot()))
    interrupted.push(frame(110, 10))
    expect(windowAt(interrupted, 70, 50)).toBeUndefined()
  })
})
