import { type Nanos, parseIsoNanos } from '../domain/time.ts'

const COMMA_TIME = /^(\d{4}),(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,2}),(\d{1,2})(?:\.(\d{1,9}))?$/

/**
 * A time as v3 clients write it: `2017,3,29,10,7,2`, padded with zeros or not (ObsPy does not), or ISO 8601 as ringserver takes it.
 *
 * @returns undefined when it is neither
 */
export function parseV3Time(text: string): Nanos | undefined {
  const match = COMMA_TIME.exec(text)
  if (!match) return parseIsoNanos(text)
  const [, year = '', ...rest] = match
  const [month, day, hour, minute, second] = rest.slice(0, 5).map((field) => field.padStart(2, '0'))
  return parseIsoNanos(`${year}-${month}-${day}T${hour}:${minute}:${second}.${rest[5] ?? '0'}Z`)
}

/** `2026/11/22 09:46:11.3637`: how v3 servers write times in INFO documents. */
export function formatV3Time(nanos: Nanos): string {
  const millis = new Date(Number(nanos / 1_000_000n)).toISOString()
  const tenths = (nanos % 1_000_000n) / 100_000n
  return `${millis.slice(0, 10).replaceAll('-', '/')} ${millis.slice(11, 23)}${tenths}`
}
