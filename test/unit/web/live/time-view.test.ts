import { describe, expect, it } from 'vitest'
import { around, nextSpan, panned, paused, zoomed } from '../../../../src/web/live/time-view.ts'

const LIVE = 10_000

describe('the part of time that is shown', () => {
  it('keeps the place under the pointer while it zooms', () => {
    const view = zoomed({ span: 120, end: 5000 }, 0.5, 0.25, LIVE)
    expect(view.span).toBe(60)
    const before = 5000 - 120 + 120 * 0.25
    expect((view.end ?? 0) - 60 + 60 * 0.25).toBeCloseTo(before)
  })

  it('stays at the live edge while it zooms there', () => {
    expect(zoomed({ span: 120, end: undefined }, 2, 0.1, LIVE)).toEqual({ span: 240, end: undefined })
  })

  it('shows between half a minute and an hour, and nothing of the future', () => {
    expect(zoomed({ span: 40, end: undefined }, 0.1, 0.5, LIVE).span).toBe(30)
    expect(zoomed({ span: 3000, end: undefined }, 9, 0.5, LIVE).span).toBe(3600)
    expect(zoomed({ span: 600, end: 9990 }, 4, 0.5, LIVE).end).toBe(LIVE)
  })

  it('goes from one usual span to the next', () => {
    expect([nextSpan(120, 1), nextSpan(120, -1), nextSpan(150, 1), nextSpan(150, -1)]).toEqual([300, 60, 300, 120])
    expect([nextSpan(3600, 1), nextSpan(30, -1)]).toEqual([3600, 30])
  })

  it('leaves the live edge when it is moved back and follows again when it is moved beyond it', () => {
    const back = panned({ span: 120, end: undefined }, -30, LIVE)
    expect(back).toEqual({ span: 120, end: 9970 })
    expect(panned(back, 20, LIVE).end).toBe(9990)
    expect(panned(back, 30, LIVE).end).toBeUndefined()
  })

  it('stands still when it is paused', () => {
    expect(paused({ span: 120, end: undefined }, LIVE).end).toBe(LIVE)
    expect(paused({ span: 120, end: 7000 }, LIVE).end).toBe(7000)
  })

  it('shows a moment in its first third, or the live edge when there is nothing after it', () => {
    expect(around(5000, 120, LIVE)).toEqual({ span: 120, end: 5080 })
    expect(around(9999, 120, LIVE).end).toBeUndefined()
  })
})
