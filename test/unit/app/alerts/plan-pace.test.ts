import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PlanPace } from '../../../../src/app/alerts/plan-pace.ts'

beforeEach(() => {
  vi.useFakeTimers()
  // Long after the clock began: nothing was planned yet.
  vi.advanceTimersByTime(60_000)
})
afterEach(() => void vi.useRealTimers())

/** A pace of batches of ten, when each was planned, and what decides about it. */
function paced() {
  const state = { waiting: 0, isUseful: true, isRefusing: false }
  const began = performance.now()
  const batches: { at: number; count: number }[] = []
  const pace = new PlanPace({
    isUseful: () => state.isUseful,
    plan: () => {
      const count = state.isRefusing ? 0 : Math.min(10, state.waiting)
      state.waiting -= count
      batches.push({ at: Math.round(performance.now() - began), count })
      if (state.isRefusing) return 'refused'
      return count === 10 ? 'more' : 'nothing'
    },
  })
  const wake = (count: number) => {
    state.waiting += count
    pace.wake()
  }
  return { state, batches, pace, wake }
}

describe('PlanPace', () => {
  it('plans a single message at once, those of a storm together', () => {
    const { batches, wake } = paced()
    for (let i = 0; i < 5; i++) {
      wake(1)
      vi.advanceTimersByTime(100)
    }
    vi.advanceTimersByTime(10_000)
    expect(batches.map(({ count }) => count)).toEqual([1, 2, 2])
    expect(batches.map(({ at }) => Math.floor(at / 250))).toEqual([0, 1, 2])
  })

  it('plans all that waits, a turn for each batch, while somebody can be told', () => {
    const { batches, wake } = paced()
    wake(35)
    vi.advanceTimersByTime(100)
    expect(batches.map(({ count }) => count)).toEqual([10, 10, 10, 5])
  })

  it('plans a batch every five seconds while nobody can be told', () => {
    const { state, batches, wake } = paced()
    wake(1)
    vi.advanceTimersByTime(100)
    state.isUseful = false
    wake(35)
    vi.advanceTimersByTime(4000)
    expect(batches).toHaveLength(1)
    vi.advanceTimersByTime(12_000)
    expect(batches.slice(1).map(({ count }) => count)).toEqual([10, 10, 10])
  })

  it('hurries when somebody can be told again, and only if something waits', () => {
    const { state, batches, pace, wake } = paced()
    wake(1)
    vi.advanceTimersByTime(100)
    pace.hurry()
    vi.advanceTimersByTime(1000)
    state.isUseful = false
    wake(15)
    vi.advanceTimersByTime(1000)
    expect(batches).toHaveLength(1)
    state.isUseful = true
    pace.hurry()
    vi.advanceTimersByTime(10)
    expect(batches.slice(1).map(({ count }) => count)).toEqual([10, 5])
  })

  it('plans all of it soon for somebody who looks, some of it before they see it', () => {
    const { state, batches, pace, wake } = paced()
    state.isUseful = false
    wake(25)
    pace.ask()
    expect(batches.map(({ count }) => count)).toEqual([10])
    vi.advanceTimersByTime(10)
    expect(batches.map(({ count }) => count)).toEqual([10, 10, 5])
    wake(5)
    vi.advanceTimersByTime(1000)
    expect(batches).toHaveLength(3)
  })

  it('tries again what the store refuses, after a while, and does not insist', () => {
    const { state, batches, pace, wake } = paced()
    state.isRefusing = true
    wake(5)
    pace.all()
    expect(batches).toHaveLength(1)
    vi.advanceTimersByTime(4000)
    expect(batches).toHaveLength(1)
    state.isRefusing = false
    vi.advanceTimersByTime(2000)
    expect(batches.at(-1)!.count).toBe(5)
  })

  it('plans nothing by itself after its end', () => {
    const { batches, pace, wake } = paced()
    wake(1)
    pace.stop()
    wake(1)
    vi.advanceTimersByTime(10_000)
    expect(batches).toEqual([])
  })
})
