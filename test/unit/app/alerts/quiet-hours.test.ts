import { describe, expect, it } from 'vitest'
import { quietUntil } from '../../../../src/app/alerts/quiet-hours.ts'
import { formatMicros, parseIsoMicros } from '../../../../src/domain/time.ts'

const night = { from: 22 * 60, to: 6 * 60 + 30, zone: 'Europe/Paris', policy: 'hold' } as const

function until(time: string, hours: Parameters<typeof quietUntil>[0] = night): string | undefined {
  const end = quietUntil(hours, parseIsoMicros(time)!)
  return end === undefined ? undefined : formatMicros(end).slice(0, 16)
}

describe('quietUntil', () => {
  it('knows the night of its zone, before and after midnight', () => {
    expect(until('2026-01-10T20:59:59Z')).toBeUndefined()
    expect(until('2026-01-10T21:00:00Z')).toBe('2026-01-11T05:30')
    expect(until('2026-01-11T05:29:59Z')).toBe('2026-01-11T05:30')
    expect(until('2026-01-11T05:30:00Z')).toBeUndefined()
  })

  it('ends at the same time of day in the nights when clocks are changed', () => {
    expect(until('2026-03-28T23:00:00Z')).toBe('2026-03-29T04:30')
    expect(until('2026-10-24T23:00:00Z')).toBe('2026-10-25T05:30')
  })

  it('may lie within a day', () => {
    const noon = { from: 12 * 60, to: 13 * 60, zone: 'UTC', policy: 'drop' } as const
    expect([until('2026-01-10T12:30:00Z', noon), until('2026-01-10T13:00:00Z', noon)]).toEqual(['2026-01-10T13:00', undefined])
  })
})
