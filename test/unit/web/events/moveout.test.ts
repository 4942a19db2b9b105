import { describe, expect, it } from 'vitest'
import { type EventWire, eventToWire } from '../../../../src/contract/event.ts'
import { moveoutOf } from '../../../../src/web/events/moveout.ts'
import { sectionTrace } from '../../../../src/web/events/section-trace.ts'
import { exampleEvent } from '../../../helpers/example-event.ts'

const base = eventToWire(exampleEvent(0), 1)
const origin = Date.parse(base.time)
const member = (phase: 'P' | 'S' | 'other', seconds: number, distanceKm: number | null, residualSeconds: number | null) => ({
  ...base.members[0]!,
  detection: `${phase}${seconds}`,
  onset: new Date(origin + seconds * 1000).toISOString(),
  phase,
  distanceKm,
  residualSeconds,
})
const event: EventWire = {
  ...base,
  members: [member('P', 5, 30, 0.5), member('P', 9, 50, -1), member('S', 8.5, 30, -0.25), member('other', 9.1, 50, null)],
}

describe('the moveout of an event', () => {
  it('is onsets after the origin time over distance', () => {
    const { points, zero, isLocated } = moveoutOf(event)
    expect(isLocated).toBe(true)
    expect(zero).toBe(origin)
    expect(points.map(({ seconds, height }) => [seconds, height])).toEqual([
      [5, 30],
      [9, 50],
      [8.5, 30],
      [9.1, 50],
    ])
  })

  it('has predictions where the residuals put them, one line per phase that has two', () => {
    const { lines } = moveoutOf(event)
    expect(lines).toEqual([
      {
        phase: 'P',
        points: [
          { seconds: 4.5, height: 30 },
          { seconds: 10, height: 50 },
        ],
      },
    ])
  })

  it('shows all onsets and the origin with some air', () => {
    const { from, to, highest } = moveoutOf(event)
    expect(from).toBeLessThan(0)
    expect(to).toBeGreaterThan(9.1)
    expect(highest).toBeGreaterThan(50)
  })

  it('is rows by onset after the first one when there is no location', () => {
    const first = event.members[0]!.onset
    const lost = {
      ...event,
      location: null,
      firstOnset: first,
      members: event.members.map((each) => ({ ...each, distanceKm: null })),
    }
    const { isLocated, points, lines, zero } = moveoutOf(lost)
    expect([isLocated, lines, zero]).toEqual([false, [], Date.parse(first)])
    expect(points.map(({ seconds, height }) => [seconds, height])[1]).toEqual([4, 1])
  })
})

describe('a trace of the record section', () => {
  it('begins where it does and is one high, without long waves', () => {
    const Z = Array.from({ length: 600 }, (_, i) => 5000 + 200 * Math.sin(i / 100) + 3 * Math.sin(2 * i))
    const trace = sectionTrace('d', { startTime: new Date(origin + 3000).toISOString(), rate: 20, Z, N: [], E: [] }, origin)
    expect(trace).toMatchObject({ detection: 'd', from: 3, rate: 20 })
    expect(Math.max(...trace.values.map(Math.abs))).toBeCloseTo(1, 6)
    // Of 200 to 3 in what is recorded, the wave of 0.03 Hz is not seen any more.
    const middle = trace.values.slice(200, 400)
    const mean = middle.reduce((sum, value) => sum + value, 0) / middle.length
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(Math.max(...middle)).toBeGreaterThan(0.5)
  })

  it('stays flat when there is nothing', () => {
    const { values } = sectionTrace('d', { startTime: event.time, rate: 20, Z: [5, 5], N: [], E: [] }, origin)
    expect([...values]).toEqual([0, 0])
  })
})
