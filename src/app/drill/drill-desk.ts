import { DateTime } from 'luxon'
import type { Config } from '../../contract/config.ts'
import type { Drill, DrillRequest, DrillsConfig } from '../../contract/drill.ts'
import { UsageError } from '../../domain/errors.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import { DrillRun, type DrillRunOptions } from './drill-run.ts'

export type DrillDeskOptions = Omit<DrillRunOptions, 'id' | 'cause' | 'hooks' | 'onChange'>

/** The clock may be set: it is looked at again so often. */
const LOOK_MILLIS = 20_000
const MOST_LISTED = 50

/** Runs drills, one at a time: when somebody asks, and by the schedule. By the wall clock: a drill tries the monitor that runs now. */
export class DrillDesk {
  readonly #options: DrillDeskOptions
  readonly #hooks: readonly string[]
  #running: { drill: Drill; readonly end: Promise<void>; readonly run: DrillRun } | undefined
  #timer: NodeJS.Timeout | undefined
  #next: Micros | undefined

  constructor(options: DrillDeskOptions) {
    this.#options = options
    this.#hooks = options.config.drills.hooks ?? hooksOfRules(options.config)
  }

  /** What a crash has left unfinished has failed. */
  start(): void {
    const { config, clock, log } = this.#options
    for (const drill of log.newest(MOST_LISTED)) {
      if (drill.state === 'running') log.put({ ...drill, state: 'failed', endedAt: formatMicros(clock.now()) })
    }
    this.#next = nextTime(config.drills, clock.now())
    if (this.#next !== undefined) this.#timer = setInterval(() => this.#look(), LOOK_MILLIS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#running?.run.stop()
    await this.#running?.end
  }

  /**
   * Begins a drill.
   *
   * @returns it as it stands: nothing has happened yet
   * @throws {UsageError} for a hook that is not configured, or while another drill runs
   */
  begin({ hooks = [...this.#hooks] }: DrillRequest, cause: Drill['cause'] = 'request'): Drill {
    const { config, clock } = this.#options
    const unknown = hooks.find((hook) => !(hook in config.hooks))
    if (unknown !== undefined) {
      const known = Object.keys(config.hooks).join(', ') || 'none'
      throw new UsageError(`drill: expected hooks of the configuration (${known}), got ${unknown}`)
    }
    if (this.#running) throw new UsageError(`drill: expected none to be running, got ${this.#running.drill.id}; wait for its end`)
    const id = `drill-${formatMicros(clock.now()).replace(/[-:]/g, '')}`
    const run = new DrillRun({
      ...this.#options,
      id,
      cause,
      hooks,
      onChange: (drill) => {
        if (this.#running) this.#running.drill = drill
      },
    })
    const end = run.run().finally(() => {
      this.#running = undefined
    })
    this.#running = { drill: run.drill, end, run }
    return run.drill
  }

  /** Newest first. */
  list(): Drill[] {
    const stored = this.#options.log.newest(MOST_LISTED)
    const running = this.#running?.drill
    return running ? [running, ...stored.filter(({ id }) => id !== running.id)] : stored
  }

  find(id: string): Drill | undefined {
    const running = this.#running?.drill
    return running?.id === id ? running : this.#options.log.find(id)
  }

  #look(): void {
    const { clock, config, onProblem } = this.#options
    const now = clock.now()
    if (this.#next === undefined || now < this.#next) return
    this.#next = nextTime(config.drills, now)
    try {
      this.begin({}, 'schedule')
    } catch (error) {
      onProblem({ code: 'DRILL', message: (error as Error).message })
    }
  }
}

/** The next time of day in its zone; days have 23 to 25 hours. @returns undefined without a schedule */
export function nextTime({ dailyAt, zone }: Pick<DrillsConfig, 'dailyAt' | 'zone'>, now: Micros): Micros | undefined {
  if (dailyAt === undefined) return undefined
  const [hour, minute] = dailyAt.split(':').map(Number) as [number, number]
  const local = DateTime.fromMillis(now / 1000, { zone })
  const today = local.set({ hour, minute, second: 0, millisecond: 0 })
  const next = today.toMillis() * 1000 > now ? today : local.plus({ days: 1 }).set({ hour, minute, second: 0, millisecond: 0 })
  return (next.toMillis() / 1000) * MICROS_PER_SECOND
}

/** Who would hear of a real one. */
function hooksOfRules({ alerts }: Pick<Config, 'alerts'>): string[] {
  const rules = alerts.filter(({ when }) => when.includes('detection') || when.includes('event'))
  return [...new Set(rules.flatMap(({ to }) => to))]
}
