import type { Delivery, DeliveryFilter, HeartbeatMessage, HookMessage, HookStatus } from '../../contract/alert.ts'
import type { Config } from '../../contract/config.ts'
import type { DurableMessage } from '../../contract/feed.ts'
import type { AlertOccasion, PlannedAlert } from '../../domain/alert.ts'
import { MonitorError } from '../../domain/errors.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { Hook } from '../../io/alerts/hook.ts'
import type { AlertPlanner, Incident, Outbox } from '../../io/store/outbox.ts'
import type { DeliveryResult } from '../../io/store/outbox-table.ts'
import { messageOf } from './alert-message.ts'
import { Courier } from './courier.ts'
import { PlanPace } from './plan-pace.ts'

export interface AlertDeskOptions {
  readonly hooks: ReadonlyMap<string, Hook>
  readonly config: Pick<Config, 'hooks' | 'alerts'>
  readonly planner: AlertPlanner
  readonly outbox: Outbox
  readonly clock: Clock
  readonly random?: () => number
  readonly onProblem: OnProblem
  /** What is told is archived data. */
  readonly isReplay?: boolean | undefined
}

/** Results are stored together, so that many deliveries cost one write; after a crash the last ones are told again. */
const STORE_MILLIS = 100
const RELOAD_MILLIS = 5000
/** Keys that were told without being stored. */
const MOST_REMEMBERED = 10_000

/**
 * Brings what is planned in the outbox to the hooks, one courier each. All of it happens beside the pipeline: a packet waits for no
 * hook, and an alert waits on disk. Who is told of what is found out when somebody could be told: with every hook dead a message costs
 * the one small row that its own transaction writes.
 */
export class AlertDesk {
  readonly #options: AlertDeskOptions
  readonly #couriers: ReadonlyMap<string, Courier>
  /** Hooks that rules for messages name. */
  readonly #awaited: ReadonlySet<string>
  readonly #pace: PlanPace
  readonly #unstored = new Set<string>()
  #results: DeliveryResult[] = []
  #storing: NodeJS.Timeout | undefined
  #reloading: NodeJS.Timeout | undefined
  #dataVersion: number | undefined
  #isStopped = false

  constructor(options: AlertDeskOptions) {
    this.#options = options
    const { hooks, config, outbox, clock, random = Math.random, onProblem, isReplay } = options
    this.#couriers = new Map(
      [...hooks].map(([name, hook]) => [
        name,
        new Courier({
          hook,
          settings: config.hooks[name] as Config['hooks'][string],
          outbox,
          clock,
          random,
          isReplay,
          onResults: (results) => this.#onResults(results),
          onFailure: ({ message }) => onProblem({ code: 'ALERT_DELIVERY', message, where: name }),
          onFree: () => this.#pace.hurry(),
        }),
      ]),
    )
    const rules = config.alerts.filter(({ when }) => when.includes('detection') || when.includes('event'))
    this.#awaited = new Set(rules.flatMap(({ to, escalate }) => [...to, ...(escalate?.to ?? [])]))
    this.#pace = new PlanPace({
      plan: () => this.#plan(),
      isUseful: () => [...this.#awaited].some((name) => this.#couriers.get(name)?.isFree),
    })
  }

  /** What waits from before a restart goes out first. */
  start(): void {
    this.#pace.wake()
    this.#reload()
    this.#reloading = setInterval(() => this.#reloadIfChanged(), RELOAD_MILLIS)
  }

  /** Call after each commit: what was stored in it is planned and goes out, not inside the packet's own turn. */
  wake(): void {
    this.#pace.wake()
  }

  /** Stores what was delivered; what is on its way is told again after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#reloading)
    this.#pace.stop()
    for (const courier of this.#couriers.values()) courier.stop()
    this.#storeResults()
    clearTimeout(this.#storing)
    await Promise.all([...this.#options.hooks.values()].map((hook) => hook.close()))
  }

  /** What the store refuses is told all the same, once and from memory; when it is stored later, once more under the same key. */
  tellUnstored(message: DurableMessage): void {
    const occasion = this.#options.planner.occasionOf(message, undefined)
    if (occasion) this.#tellFromMemory(occasion)
  }

  #tellFromMemory(occasion: AlertOccasion): void {
    const { planner, hooks, clock } = this.#options
    const history = { toldHooks: () => [], lastBeginning: () => undefined }
    for (const alert of planner.plan(occasion, history, clock.now()).alerts) {
      const hook = hooks.get(alert.hook)
      const isLater = alert.isConditional || alert.batch !== undefined || alert.suppressed !== undefined
      if (hook === undefined || isLater || this.#unstored.has(alert.key)) continue
      if (this.#unstored.size > MOST_REMEMBERED) this.#unstored.clear()
      this.#unstored.add(alert.key)
      this.#tellOnce(hook, alert, clock.now())
    }
  }

  /** Outages that begin or end; told from memory when the store refuses them. @returns false then: raise them again */
  raiseIncidents(incidents: readonly Incident[]): boolean {
    try {
      // What was stored before is told before.
      this.#pace.all()
      this.#options.outbox.raiseIncidents(incidents)
      this.#tellNews()
      return true
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error
      for (const { topic, phase, occasionOf } of incidents) {
        if (phase === 'begin') this.#tellFromMemory(occasionOf(`${topic}@unstored`))
      }
      return false
    }
  }

  /** What others have put into the outbox goes out. */
  tellStored(): void {
    this.#tellNews()
  }

  /** Who has not been told of it will not be, and it is no dead letter. */
  recall(subject: string): void {
    this.#storeResults()
    this.#guarded(() => this.#options.outbox.recall(subject))
  }

  /** One attempt, from memory: a heartbeat that comes late would say what is not so any more. */
  beat(name: string, message: HeartbeatMessage): void {
    const hook = this.#options.hooks.get(name)
    if (hook) this.#sendOnce(hook, message)
  }

  /** @returns false when nobody was told of such a subject */
  acknowledge(subject: string, by: string): boolean {
    this.#pace.all()
    return this.#options.outbox.acknowledge(subject, by)
  }

  /** @returns how many dead letters are tried again */
  resend(which: { numbers?: readonly number[] | undefined; hook?: string | undefined }): number {
    const count = this.#options.outbox.resend(which)
    this.#reload()
    return count
  }

  deliveries(query: DeliveryFilter): Delivery[] {
    this.#pace.ask()
    this.#storeResults()
    return this.#options.outbox.deliveries(query)
  }

  statuses(): HookStatus[] {
    const { outbox, hooks, clock } = this.#options
    this.#storeResults()
    const backlogs = outbox.backlogs()
    const unplanned = outbox.unplanned()
    return [...this.#couriers].map(([name, courier]) => {
      const planned = backlogs.get(name) ?? { pending: 0, dead: 0, oldest: null }
      // What is not planned yet waits, too; that it is for this hook is not known.
      const waiting = this.#awaited.has(name) ? unplanned : { count: 0, oldest: null }
      const oldest = earlier(planned.oldest, waiting.oldest)
      const { state, reason, delivered, failures } = courier.status
      const age = oldest === null ? null : Math.max(0, (clock.now() - oldest) / MICROS_PER_SECOND)
      return {
        hook: name,
        kind: hooks.get(name)?.kind ?? '',
        state,
        ...(reason === undefined ? {} : { reason }),
        pending: planned.pending + waiting.count,
        oldestSeconds: age,
        dead: planned.dead,
        delivered,
        failures,
      }
    })
  }

  /** Some of what waits to be planned. */
  #plan(): 'nothing' | 'more' | 'refused' {
    let isMore = false
    const isDone = this.#guarded(() => {
      isMore = this.#options.outbox.planSome()
    })
    this.#tellNews()
    return isDone ? (isMore ? 'more' : 'nothing') : 'refused'
  }

  #tellNews(): void {
    // A courier that has told all it knew would else read what it has just told, and tell it again.
    this.#storeResults()
    this.#guarded(() => {
      const touched = new Set<Courier>()
      for (const { hook, lane } of this.#options.outbox.takeNews()) {
        const courier = this.#couriers.get(hook)
        courier?.wake(lane)
        if (courier) touched.add(courier)
      }
      for (const courier of touched) courier.pump()
    })
  }

  /** Another process has changed something, or a courier could not read. */
  #reloadIfChanged(): void {
    this.#guarded(() => {
      const isChanged = this.#options.outbox.dataVersion() !== this.#dataVersion
      if (isChanged || [...this.#couriers.values()].some(({ hasLost }) => hasLost)) this.#reload()
    })
  }

  #reload(): void {
    if (!this.#storeResults()) return
    this.#guarded(() => {
      this.#dataVersion = this.#options.outbox.dataVersion()
      const heads = this.#options.outbox.heads()
      for (const courier of this.#couriers.values()) courier.reload(heads)
    })
  }

  #onResults(results: readonly DeliveryResult[]): void {
    if (this.#isStopped) return
    this.#results.push(...results)
    this.#storing ??= setTimeout(() => this.#storeResults(), STORE_MILLIS)
  }

  /** @returns false when the store refuses; they are tried again */
  #storeResults(): boolean {
    clearTimeout(this.#storing)
    this.#storing = undefined
    if (this.#results.length === 0) return true
    const isDone = this.#guarded(() => this.#options.outbox.finish(this.#results))
    if (isDone) this.#results = []
    else this.#storing = setTimeout(() => this.#storeResults(), RELOAD_MILLIS)
    return isDone
  }

  #tellOnce(hook: Hook, alert: PlannedAlert, now: number): void {
    this.#sendOnce(hook, messageOf([{ number: 1, alert, plannedAt: now, due: now, attempts: 0 }], { sentAt: now, attempt: 1 }))
  }

  #sendOnce(hook: Hook, message: HookMessage): void {
    const seconds = this.#options.config.hooks[hook.name]?.timeoutSeconds ?? 10
    hook.send(message, AbortSignal.timeout(seconds * 1000)).catch((error: Error) => {
      this.#options.onProblem({ code: 'ALERT_DELIVERY', message: error.message, where: hook.name })
    })
  }

  /** A store that fails is a problem, not the end. */
  #guarded(action: () => void): boolean {
    try {
      action()
      return true
    } catch (error) {
      const code = error instanceof MonitorError ? error.code : 'ALERT_OUTBOX'
      this.#options.onProblem({ code, message: error instanceof Error ? error.message : String(error) })
      return false
    }
  }
}

function earlier(a: Micros | null, b: Micros | null): Micros | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
