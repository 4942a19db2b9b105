import { DateTime } from 'luxon'
import type { QuietHours } from '../../domain/alert.ts'
import type { Micros } from '../../domain/time.ts'

/**
 * When the quiet hours that hold now are over; undefined outside them. Days are those of the zone: with daylight saving time they
 * have 23 or 25 hours.
 */
export function quietUntil({ from, to, zone }: QuietHours, now: Micros): Micros | undefined {
  const local = DateTime.fromMillis(now / 1000, { zone })
  const minute = local.hour * 60 + local.minute
  const isQuiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isQuiet) return undefined
  const day = minute < to ? local : local.plus({ days: 1 })
  const end = day.set({ hour: Math.floor(to / 60), minute: to % 60, second: 0, millisecond: 0 })
  return end.toMillis() * 1000
}
