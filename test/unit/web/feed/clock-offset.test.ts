import { describe, expect, it } from 'vitest'
import { ClockOffset } from '../../../../src/web/feed/clock-offset.ts'

describe("the monitor's clock as a page knows it", () => {
  it('is unknown before the first answer', () => {
    expect(new ClockOffset().best).toBeUndefined()
  })

  it('is taken from the fastest answer, half of whose round trip it may be wrong by', () => {
    const clock = new ClockOffset()
    clock.add(1000, 6100, 1100)
    clock.add(2000, 7004, 2004)
    clock.add(3000, 8300, 3400)
    expect(clock.best).toEqual({ offsetMillis: 5002, uncertaintyMillis: 2 })
  })

  it('lies within its uncertainty, however unequal the ways there and back are', () => {
    for (const [there, back] of [
      [0, 40],
      [40, 0],
      [13, 7],
    ] as const) {
      const clock = new ClockOffset()
      const offset = -250
      clock.add(0, there + offset, there + back)
      const { offsetMillis, uncertaintyMillis } = clock.best!
      expect(Math.abs(offsetMillis - offset)).toBeLessThanOrEqual(uncertaintyMillis)
    }
  })

  it('follows a clock that drifts: a fast answer of long ago does not count for ever', () => {
    const clock = new ClockOffset()
    clock.add(0, 500.5, 1)
    for (let i = 1; i <= 12; i++) clock.add(i * 5000, i * 5000 + 700 + 5, i * 5000 + 10)
    expect(clock.best?.offsetMillis).toBe(700)
  })
})
