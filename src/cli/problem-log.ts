import { LineLimit } from '../app/health/line-limit.ts'
import { SYSTEM_CLOCK } from '../app/system-clock.ts'
import type { OnProblem } from '../domain/problem.ts'
import { formatMicros } from '../domain/time.ts'

/** Problems as lines on stderr, without letting one bad channel fill the log. */
export function problemLog(): OnProblem {
  const limit = new LineLimit(SYSTEM_CLOCK)
  return ({ code, message, where }) => {
    const line = limit.pass(code, `${message}${where === undefined ? '' : ` (${where})`}`)
    if (line !== undefined) process.stderr.write(`${formatMicros(SYSTEM_CLOCK.now()).slice(0, 19)}Z ${code} ${line}\n`)
  }
}
