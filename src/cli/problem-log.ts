import type { OnProblem } from '../domain/problem.ts'
import { formatMicros } from '../domain/time.ts'

/** Of one code, so many lines an hour; the rest is counted (dashboard and metrics have them all). */
const MOST_LINES = 20
const HOUR_MILLIS = 3_600_000

/** Problems as lines on stderr, without letting one bad channel fill the log. */
export function problemLog(): OnProblem {
  const lines = new Map<string, number>()
  setInterval(() => lines.clear(), HOUR_MILLIS).unref()
  return ({ code, message, where }) => {
    const count = (lines.get(code) ?? 0) + 1
    lines.set(code, count)
    if (count > MOST_LINES) return
    const time = formatMicros(Date.now() * 1000).slice(0, 19)
    const more = count === MOST_LINES ? '; more of this kind are counted, not logged, for the rest of the hour' : ''
    process.stderr.write(`${time}Z ${code} ${message}${where === undefined ? '' : ` (${where})`}${more}\n`)
  }
}
