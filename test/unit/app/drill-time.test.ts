import { describe, expect, it } from 'vitest'
import { nextTime } from '../../../src/app/drill/drill-desk.ts'
import { formatMicros, parseIsoMicros } from '../../../src/domain/time.ts'

const next = (dailyAt: string, zone: string, now: string) => {
  const time = nextTime({ dailyAt, zone }, parseIsoMicros(now)!)
  return time === undefined ? undefined : formatMicros(time).slice(0, 16)
}

describe('the next scheduled drill', () => {
  it('is today while its time is to come, and tomorrow from then on', () => {
    expect(next('06:30', 'UTC', '2026-11-22T06:29:59Z')).toBe('2026-11-22T06:30')
    expect(next('06:30', 'UTC', '2026-11-22T06:30:00Z')).toBe('2026-11-23T06:30')
  })

  it('is at the same time of day before and after the clocks change', () => {
    expect(next('06:30', 'Europe/Paris', '2026-03-28T12:00:00Z')).toBe('2026-03-29T04:30')
    expect(next('06:30', 'Europe/Paris', '2026-03-27T12:00:00Z')).toBe('2026-03-28T05:30')
  })

  it('is never without a schedule', () => {
    expect(nextTime({ zone: 'UTC' }, 0)).toBeUndefined()
  })
})
