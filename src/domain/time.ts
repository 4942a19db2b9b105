/**
 * Time in two exact integer forms.
 *
 * - `Nanos`: nanoseconds since 1970-01-01T00:00:00Z as a bigint. Used where a header gives the time: records, segments, gaps.
 * - `Micros`: microseconds since 1970 as an integer number (exact to the year 2255). Used from the 20 Hz grid onwards:
 *   windows, scores, detections.
 *
 * Leap seconds are not represented (POSIX time), as in miniSEED practice.
 */

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type Nanos = bigint

/** Whole microseconds since 1970-01-01T00:00:00Z. */
export type Micros = number

export const NANOS_PER_SECOND = 1_000_000_000n
export const MICROS_PER_SECOND = 1_000_000

/** Nanoseconds → microseconds, halves away from zero. */
export function nanosToMicros(nanos: Nanos): Micros {
  const half = nanos < 0n ? -500n : 500n
  return Number((nanos + half) / 1000n)
}

export function microsToNanos(micros: Micros): Nanos {
  return BigInt(micros) * 1000n
}

/**
 * Offset of sample `index` from the first sample, in nanoseconds: round(index · 1e9 / sampleRate).
 * Never add periods up; always ask with the index.
 *
 * @param sampleRate Hz, > 0
 */
export function sampleOffsetNanos(index: number, sampleRate: number): Nanos {
  const seconds = Math.floor(index / sampleRate)
  // The whole seconds are split off first so that the fraction keeps nanosecond precision for long indices.
  const rest = index - seconds * sampleRate
  const restNanos = Math.round((rest * 1e9) / sampleRate)
  // Up to a hundred days plain numbers are exact; bigints cost several times as much.
  const nanos = seconds * 1e9 + restNanos
  return Number.isSafeInteger(nanos) ? BigInt(nanos) : BigInt(seconds) * NANOS_PER_SECOND + BigInt(restNanos)
}

/** ISO 8601 UTC with microseconds: `2019-07-04T17:33:49.000000Z`. */
export function formatMicros(micros: Micros): string {
  const millis = Math.floor(micros / 1000)
  const rest = micros - millis * 1000
  return `${new Date(millis).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`
}

/** ISO 8601 UTC with nanoseconds: `2019-07-04T17:33:49.000000000Z`. */
export function formatNanos(nanos: Nanos): string {
  let seconds = nanos / NANOS_PER_SECOND
  let rest = nanos % NANOS_PER_SECOND
  if (rest < 0n) {
    seconds -= 1n
    rest += NANOS_PER_SECOND
  }
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(rest).padStart(9, '0')}Z`
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/

/**
 * Parses ISO 8601 date-times (`T` or blank between date and time, up to nine fractional digits).
 * A time without a zone is UTC.
 *
 * @returns undefined when the text is not such a time or names an impossible date
 */
export function parseIsoNanos(text: string): Nanos | undefined {
  const match = ISO.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const fields = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number]
  const millis = Date.UTC(fields[0], fields[1] - 1, fields[2], fields[3], fields[4], fields[5])
  const date = new Date(millis)
  const isReal =
    date.getUTCMonth() === fields[1] - 1 && date.getUTCDate() === fields[2] && fields[3] < 24 && fields[4] < 60 && fields[5] < 60
  if (!isReal) return undefined
  const nanos = BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return nanos - zoneOffsetNanos(zone)
}

export function parseIsoMicros(text: string): Micros | undefined {
  const nanos = parseIsoNanos(text)
  return nanos === undefined ? undefined : nanosToMicros(nanos)
}

function zoneOffsetNanos(zone: string): Nanos {
  if (zone === 'Z') return 0n
  const sign = zone.startsWith('-') ? -1n : 1n
  const digits = zone.replace(/\D/g, '')
  return sign * BigInt(Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60n * NANOS_PER_SECOND
}
