import { LOG_LEVELS, type LogAnswer, type LogLevel, type LogLine } from '../../contract/health-history.ts'
import type { Clock } from '../../domain/ports.ts'
import type { Problem } from '../../domain/problem.ts'
import { formatMicros } from '../../domain/time.ts'
import type { StateTransition } from '../station-board.ts'
import { LineLimit } from './line-limit.ts'

/** Lines that are kept. */
const MOST_LINES = 500

/** Problems of the monitor itself; all others are of what it was sent. */
const ERRORS: readonly string[] = ['STORE', 'HTTP', 'FEED', 'ENGINE', 'store-full']

/** Shorter secrets would blot out words. */
const SHORTEST_SECRET = 4

/** The newest lines of what happened, in memory, for the screen. */
export class AppLog {
  readonly #clock: Clock
  readonly #limit: LineLimit
  readonly #secrets: readonly string[]
  readonly #lines: LogLine[] = []
  #newest = 0

  /** @param secrets values that no line may show; messages do not contain any, this makes sure */
  constructor(clock: Clock, secrets: readonly (string | undefined)[]) {
    this.#clock = clock
    this.#limit = new LineLimit(clock)
    this.#secrets = secrets.filter((secret) => secret !== undefined && secret.length >= SHORTEST_SECRET) as string[]
  }

  info(code: string, message: string): void {
    this.#add('info', { code, message })
  }

  problem(problem: Problem): void {
    this.#add(ERRORS.includes(problem.code) ? 'error' : 'warning', problem)
  }

  transition({ instrument, from, to, reason }: StateTransition): void {
    const message = `${from} → ${to}${reason === undefined ? '' : `: ${reason}`}`
    this.#add(to === 'ok' ? 'info' : 'warning', { code: 'STATION_STATE', message, where: instrument })
  }

  /** @param since number of the newest line that is known already */
  lines(since: number, level: LogLevel): LogAnswer {
    const least = LOG_LEVELS.indexOf(level)
    return {
      lines: this.#lines.filter((line) => line.number > since && LOG_LEVELS.indexOf(line.level) >= least),
      newest: this.#newest,
    }
  }

  #add(level: LogLevel, { code, message, where }: Pick<Problem, 'code' | 'message' | 'where'>): void {
    const text = this.#limit.pass(code, this.#withoutSecrets(message))
    if (text === undefined) return
    const time = formatMicros(this.#clock.now())
    const place = where === undefined ? {} : { where: this.#withoutSecrets(where) }
    this.#lines.push({ number: ++this.#newest, time, level, code, message: text, ...place })
    if (this.#lines.length > MOST_LINES) this.#lines.shift()
  }

  #withoutSecrets(text: string): string {
    const hidden = this.#secrets.reduce((all, secret) => all.replaceAll(secret, '…'), text)
    return hidden.replaceAll(/(\/\/)[^/\s@]+@/g, '$1…@')
  }
}
