/** How the page writes times, codes and numbers; units always with them. */

/** Less is within what clocks may differ by. */
const AHEAD_SECONDS = 0.1

/** `2019-07-04 17:33:49` of an ISO time. @param digits of the second */
export function utc(iso: string, digits = 0): string {
  const text = new Date(Date.parse(iso)).toISOString().replace('T', ' ').slice(0, 23)
  return digits === 0 ? text.slice(0, 19) : text.slice(0, 20 + Math.min(3, digits))
}

/** `17:33:49` of an ISO time. */
export function utcClock(iso: string, digits = 0): string {
  return utc(iso, digits).slice(11)
}

/** The same moment where the reader is, for hovering. */
export function localTime(iso: string): string {
  return new Date(Date.parse(iso)).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })
}

/** `CI.WBM.HH` of the identifier `CI_WBM__HH` as NSLC readers know it: codes with dots, an empty location left out. */
export function instrumentName(instrument: string): string {
  return instrument.split('_').filter(Boolean).join('.')
}

/** `relevance in one spike`: why a detection may be a glitch. */
export function reasonWords(reason: string): string {
  return reason.replaceAll('-', ' ')
}

/** `850 ms`, `12.3 s`, `4 min`, `2.5 h`, `3 d`. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 1) return `${Math.round(seconds * 1000)} ms`
  if (size < 60) return `${seconds.toFixed(1)} s`
  if (size < 3600) return `${Math.round(seconds / 60)} min`
  if (size < 86_400) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} d`
}

/** Of a latency: `2.5 s`, or `3 min ahead` for data of the future (a wrong clock, a demo that plays fast). */
export function lateness(seconds: number): string {
  return seconds < -AHEAD_SECONDS ? `${duration(-seconds)} ahead` : duration(seconds)
}

/** As `duration`, with tenths of milliseconds below 100 ms. */
export function fineDuration(seconds: number): string {
  return Math.abs(seconds) < 0.1 ? `${(seconds * 1000).toFixed(1)} ms` : lateness(seconds)
}

/** `4.2 MB`; powers of ten. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  const step = Math.min(4, Math.floor(Math.log10(count) / 3))
  return `${(count / 1000 ** step).toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`
}

export function count(value: number): string {
  return value.toLocaleString('en')
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`
}
