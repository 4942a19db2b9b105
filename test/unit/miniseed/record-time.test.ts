import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dayTimeOf, utcMicros } from '../../../src/miniseed/record-time.ts'

describe('record times', () => {
  it('count days as the calendar does', () => {
    for (let year = 1678; year <= 2261; year++) expect(utcMicros(year, 1, 0, 0, 0)).toBe(Date.UTC(year, 0, 1) * 1000)
    expect(utcMicros(2024, 366, 23, 59, 59)).toBe(Date.UTC(2024, 11, 31, 23, 59, 59) * 1000)
  })

  it('are taken apart and put together again', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_000_000_000, max: 9_000_000_000 }), (seconds) => {
        const { year, dayOfYear, hour, minute, second } = dayTimeOf(seconds)
        expect(utcMicros(year, dayOfYear, hour, minute, second)).toBe(seconds * 1_000_000)
        expect(hour < 24 && minute < 60 && second < 60 && dayOfYear >= 1 && dayOfYear <= 366).toBe(true)
      }),
    )
  })
})
