const MICROS_PER_DAY = 86_400_000_000

/** Microseconds since 1970 of a year and day of year (1 = 1 January); a second of 60 falls on the next minute. */
export function utcMicros(year: number, dayOfYear: number, hour: number, minute: number, second: number): number {
  return (daysTo(year) + dayOfYear - 1) * MICROS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000_000
}

export interface DayTime {
  readonly year: number
  /** 1 = 1 January. */
  readonly dayOfYear: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Inverse of `utcMicros` for whole seconds since 1970. */
export function dayTimeOf(seconds: number): DayTime {
  const day = Math.floor(seconds / 86_400)
  const rest = seconds - day * 86_400
  const year = new Date(seconds * 1000).getUTCFullYear()
  return {
    year,
    dayOfYear: day - daysTo(year) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  }
}

/** Days from 1970-01-01 to 1 January of the year (Gregorian, also before 1970). */
function daysTo(year: number): number {
  const past = year - 1
  return (year - 1970) * 365 + leapDays(past) - leapDays(1969)
}

function leapDays(year: number): number {
  return Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
}
