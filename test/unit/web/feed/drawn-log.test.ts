import { describe, expect, it } from 'vitest'
import type { ClientMessage } from '../../../../src/contract/feed.ts'
import { formatMicros, parseIsoMicros } from '../../../../src/domain/time.ts'
import { DrawnLog, isoOf, millisOf } from '../../../../src/web/feed/drawn-log.ts'

const MONITOR_AHEAD_MILLIS = 5000
const START = 1_562_261_629_000

/** A page whose frames the test draws, and a monitor whose clock is ahead. */
function page() {
  const said: ClientMessage[] = []
  const frames: (() => void)[] = []
  const state = { now: START, isHidden: false, isInView: true }
  const log = new DrawnLog(
    {
      now: () => state.now,
      isHidden: () => state.isHidden,
      afterFrame: (done) => frames.push(done),
      isInView: () => state.isInView,
    },
    (message) => said.push(message),
  )
  const answer = () => {
    const sent = state.now
    state.now += 2
    log.answered(sent, formatMicros((sent + 1 + MONITOR_AHEAD_MILLIS) * 1000))
  }
  const frame = (millis: number) => {
    state.now += millis
    for (const done of frames.splice(0)) done()
  }
  return { log, state, answer, frame, shown: () => said.filter(({ type }) => type === 'shown') }
}

const element = { getBoundingClientRect: () => ({ top: 0, bottom: 1, left: 0, right: 1 }) }

describe('what a page has drawn', () => {
  it("is told at the end of the frame, in the monitor's time", () => {
    const { log, answer, frame, shown } = page()
    answer()
    log.received(7)
    log.drawn(7, element)
    expect(shown()).toEqual([])
    frame(16.25)
    const time = formatMicros((START + 2 + 16.25 + MONITOR_AHEAD_MILLIS) * 1000)
    expect(shown()).toEqual([{ type: 'shown', seq: 7, time, uncertaintySeconds: 0.001 }])
  })

  it('is told once, wherever else it is drawn', () => {
    const { log, answer, frame, shown } = page()
    answer()
    log.received(7)
    log.drawn(7, element)
    log.drawn(7, element)
    frame(16)
    log.drawn(7, element)
    frame(16)
    expect(shown()).toHaveLength(1)
  })

  it('is not told of what did not come over the feed, what nobody could see, and without knowing the time', () => {
    const { log, state, answer, frame, shown } = page()
    log.received(1)
    log.drawn(1, element)
    frame(16)
    answer()
    log.drawn(2, element)
    state.isHidden = true
    log.received(3)
    state.isHidden = false
    log.drawn(3, element)
    frame(16)
    state.isInView = false
    log.received(4)
    log.drawn(4, element)
    frame(16)
    expect(shown()).toEqual([])
  })
})

describe('times of the page', () => {
  it.each([START, START + 0.001, START + 999.999, START + 0.5])('keep their microseconds (%d)', (millis) => {
    expect(parseIsoMicros(isoOf(millis))).toBe(Math.round(millis * 1000))
    expect(millisOf(isoOf(millis))).toBeCloseTo(millis, 3)
  })
})
