import { describe, expect, it } from 'vitest'
import { FaultEvents } from '../../../../src/app/faults/fault-events.ts'

const SECOND = 1_000_000
const EVERY = 100 * SECOND
const spec = { everySeconds: 100, seconds: [5, 20] as [number, number] }

/** All events of a span, by asking for every second of it. */
function eventsBetween(events: FaultEvents, from: number, to: number): { start: number; end: number }[] {
  const found = new Map<number, { start: number; end: number }>()
  for (let time = from; time < to; time += SECOND) {
    const event = events.touching(time, time + SECOND)
    if (event) found.set(event.start, { start: event.start, end: event.end })
  }
  return [...found.values()]
}

describe('FaultEvents', () => {
  it('puts one event of the wanted length into every stretch', () => {
    const events = eventsBetween(new FaultEvents(1, 'gaps', 'XX_AAA', spec), 0, 50 * EVERY)
    expect(events).toHaveLength(50)
    for (const [stretch, { start, end }] of events.entries()) {
      expect(start).toBeGreaterThanOrEqual(stretch * EVERY)
      expect(end).toBeLessThanOrEqual((stretch + 1) * EVERY)
      expect(end - start).toBeGreaterThanOrEqual(5 * SECOND)
      expect(end - start).toBeLessThanOrEqual(20 * SECOND)
    }
    expect(new Set(events.map(({ start }) => start % EVERY)).size).toBe(50)
  })

  it('gives the same answers in whatever order it is asked', () => {
    const [forwards, backwards] = [new FaultEvents(1, 'gaps', 'XX_AAA', spec), new FaultEvents(1, 'gaps', 'XX_AAA', spec)]
    const times = Array.from({ length: 400 }, (_, index) => index * 7 * SECOND)
    const first = times.map((time) => forwards.touching(time, time)?.start)
    expect(times.toReversed().map((time) => backwards.touching(time, time)?.start)).toEqual(first.toReversed())
  })

  it.each([
    ['seed', new FaultEvents(2, 'gaps', 'XX_AAA', spec)],
    ['kind', new FaultEvents(1, 'stalls', 'XX_AAA', spec)],
    ['owner', new FaultEvents(1, 'gaps', 'XX_BBB', spec)],
  ])('depends on the %s', (_name, other) => {
    const events = new FaultEvents(1, 'gaps', 'XX_AAA', spec)
    expect(eventsBetween(other, 0, 10 * EVERY)).not.toEqual(eventsBetween(events, 0, 10 * EVERY))
  })

  it('finds the event that begins between two moments once, however the time is cut', () => {
    const events = new FaultEvents(3, 'restarts', 'server', { everySeconds: 100, seconds: [0, 0] })
    const starts = eventsBetween(events, 0, 20 * EVERY).map(({ start }) => start)
    for (const step of [SECOND, 3 * SECOND, 7 * SECOND]) {
      const found: number[] = []
      for (let time = -1; time < 20 * EVERY - 1; time += step) {
        const event = events.beginningIn(time, Math.min(time + step, 20 * EVERY - 1))
        if (event) found.push(event.start)
      }
      expect(found).toEqual(starts)
    }
  })

  it('tells every event what to draw, the same each time', () => {
    const draw = () => new FaultEvents(1, 'clock', 'XX_AAA', spec).touching(0, EVERY)?.random.uniform()
    expect(draw()).toBe(draw())
  })
})
