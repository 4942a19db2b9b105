import type { Delivery, DeliveryFilter } from '../../contract/alert.ts'
import type { DetectionWire } from '../../contract/detection.ts'
import type { DurableMessage } from '../../contract/feed.ts'
import type { AlertHistory, AlertKind, AlertOccasion, PlannedAlert } from '../../domain/alert.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import { dataVersionOf } from './data-version.ts'
import type { HookBacklog } from './hook-backlogs.ts'
import { IncidentTable } from './incident-table.ts'
import { OccasionTable, type Unplanned, type WaitingMessage } from './occasion-table.ts'
import { type DeliveryResult, type LaneHead, type OutboxEntry, OutboxTable } from './outbox-table.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** Says who is told of what. */
export interface AlertPlanner {
  /** What a stored message means to those who want to know; undefined: nothing. */
  occasionOf(message: DurableMessage, detection: DetectionWire | undefined): AlertOccasion | undefined
  /** Whether any rule asks for such occasions. */
  wants(kind: AlertKind): boolean
  /** @param now when it was stored: planning it later gives the same */
  plan(occasion: AlertOccasion, history: AlertHistory, now: Micros): { alerts: readonly PlannedAlert[]; endsForGood: boolean }
}

/** An outage begins or ends. */
export interface Incident {
  readonly kind: AlertKind
  /** What is out: `station IU_ANMO_00_BH` */
  readonly topic: string
  readonly phase: 'begin' | 'end'
  readonly occasionOf: (subject: string) => AlertOccasion
}

export interface OutboxOptions {
  /** Absent (replay, another process): nothing is noted and nothing is planned. */
  readonly planner?: AlertPlanner | undefined
  readonly clock: Clock
  /** What a label is about. */
  readonly findDetection: (id: string) => DetectionWire | undefined
  readonly onProblem: OnProblem
}

/** Runs a change as a transaction. */
export type Transact = <T>(operation: string, change: () => T) => T

export interface OutboxTransactions {
  /** On disk when it returns. */
  readonly safely: Transact
  /**
   * Survives the end of the process at once, a power failure only from the next safe one on. For what can be done again: planning what is
   * noted, and noting what was delivered.
   */
  readonly quickly: Transact
}

/** Messages planned in one transaction: a packet waits no longer for it. */
const MOST_AT_ONCE = 64

/**
 * The alerts of one store. The transaction that stores a detection notes here that there is something to tell, one small row for all
 * hooks; who is told of it is planned later, beside the pipeline. So an alert is never lost, and costs detection next to nothing.
 */
export class Outbox {
  /** A number that is another one once another process has changed something: a dead letter is to be sent again. */
  readonly dataVersion: () => number
  readonly #occasions: OccasionTable
  readonly #table: OutboxTable
  readonly #incidents: IncidentTable
  readonly #transactions: OutboxTransactions
  readonly #planner: AlertPlanner | undefined
  readonly #clock: Clock
  readonly #findDetection: OutboxOptions['findDetection']
  readonly #onProblem: OnProblem
  #news: PlannedAlert[] = []

  constructor(
    database: SqliteDatabase,
    transactions: OutboxTransactions,
    { planner, clock, findDetection, onProblem }: OutboxOptions,
  ) {
    this.#occasions = new OccasionTable(database)
    this.#table = new OutboxTable(database, this.#occasions)
    this.#incidents = new IncidentTable(database)
    this.dataVersion = dataVersionOf(database)
    this.#transactions = transactions
    this.#planner = planner
    this.#clock = clock
    this.#findDetection = findDetection
    this.#onProblem = onProblem
  }

  /** Inside the transaction that stores these messages. */
  note(messages: readonly DurableMessage[]): void {
    const planner = this.#planner
    if (planner === undefined) return
    for (const { seq, type } of messages) if (planner.wants(KINDS[type])) this.#occasions.note(seq, this.#clock.now())
  }

  /**
   * Plans who is told of what was noted, some of it.
   *
   * @returns whether more waits
   * @throws {StoreError} nothing was planned
   */
  planSome(): boolean {
    const planner = this.#planner
    if (planner === undefined) return false
    const waiting = this.#occasions.waiting(MOST_AT_ONCE)
    if (waiting.length > 0) {
      this.#transactions.quickly('alert', () => {
        for (const each of waiting) this.#planMessage(planner, each)
      })
    }
    return waiting.length === MOST_AT_ONCE
  }

  /**
   * Outages that begin or end, all in one transaction. Each is one subject as long as it lasts, over restarts, too; one that is told
   * again is the same, and an end without a beginning is nothing. What no rule asks for is not kept.
   *
   * @throws {StoreError} nothing was stored
   */
  raiseIncidents(incidents: readonly Incident[]): void {
    const planner = this.#planner
    if (planner === undefined) return
    const news = incidents.filter(({ topic, phase, kind }) => {
      const isOpen = this.#incidents.subject(topic) !== undefined
      return isOpen === (phase === 'end') && (isOpen || planner.wants(kind))
    })
    if (news.length === 0) return
    this.#transactions.safely('alert', () => {
      const now = this.#clock.now()
      for (const { topic, phase, occasionOf } of news) {
        const subject = this.#incidents.open(topic, `${topic}@${now}`)
        if (phase === 'end') this.#incidents.close(topic)
        const occasion = occasionOf(subject)
        this.#plan(planner, occasion, now, () => this.#occasions.add(occasion, now))
      }
    })
  }

  /** Inside a transaction: hooks are told of a drill, whatever the rules say, and none of them later than it lasts. */
  addDrill(occasion: AlertOccasion, hooks: readonly string[]): void {
    const now = this.#clock.now()
    const { subject, lane, state } = occasion
    const alerts = hooks.map(
      (hook): PlannedAlert => ({
        key: `${subject}|${state}|drill|${hook}`,
        rule: 'drill',
        hook,
        severity: 'info',
        lane,
        occasion,
        isUpdate: false,
        isEscalation: false,
        due: now,
        isConditional: true,
      }),
    )
    if (alerts.length === 0) return
    this.#table.put(this.#occasions.add(occasion, now), alerts, now)
    this.#news.push(...alerts)
  }

  /** Who has not been told of it will not be, and it is no dead letter. */
  recall(subject: string): void {
    this.#transactions.quickly('alert', () => this.#table.recall(subject))
  }

  /** What was planned and stored since the last call. */
  takeNews(): PlannedAlert[] {
    const news = this.#news
    this.#news = []
    return news
  }

  /** After a rollback. */
  forgetNews(): void {
    this.#news = []
  }

  heads(): LaneHead[] {
    return this.#table.heads()
  }

  nextInLane(head: Pick<LaneHead, 'hook' | 'lane' | 'number'>): LaneHead | undefined {
    return this.#table.nextInLane(head)
  }

  take(number: number): OutboxEntry[] {
    return this.#table.take(number)
  }

  /** @throws {StoreError} then they count as not attempted, and will be told once more */
  finish(results: readonly DeliveryResult[]): void {
    this.#transactions.quickly('alert', () => this.#table.finish(results))
  }

  /** @returns false when nobody was told of such a subject */
  acknowledge(subject: string, by: string): boolean {
    return this.#transactions.safely('acknowledge', () => {
      if (!this.#table.knows(subject)) return false
      this.#incidents.acknowledge(subject, by, this.#clock.now())
      this.#table.withdraw(subject)
      return true
    })
  }

  /** Dead letters are tried again. @returns how many */
  resend(which: { numbers?: readonly number[] | undefined; hook?: string | undefined }): number {
    return this.#transactions.safely('resend', () => this.#table.resend(which, this.#clock.now()))
  }

  deliveries(query: DeliveryFilter): Delivery[] {
    return this.#table.search(query)
  }

  backlogs(): ReadonlyMap<string, HookBacklog> {
    return this.#table.backlogs()
  }

  /** Messages of which it is not known yet who is told. */
  unplanned(): Unplanned {
    return this.#occasions.unplanned()
  }

  prune(oldest: Micros): void {
    this.#transactions.safely('prune', () => {
      this.#table.prune(oldest)
      this.#occasions.prune(oldest)
    })
  }

  /** A planner that fails costs an alert, never those after it. */
  #planMessage(planner: AlertPlanner, waiting: WaitingMessage): void {
    const { message, number, time } = waiting
    try {
      const occasion = planner.occasionOf(message, message.type === 'label' ? this.#findDetection(message.id) : undefined)
      const isTold =
        occasion !== undefined &&
        this.#plan(planner, occasion, time, () => {
          this.#occasions.plan(waiting, occasion)
          return number
        })
      if (!isTold) this.#occasions.drop(number)
    } catch (error) {
      // What the database refuses must undo the whole transaction.
      if ((error as { code?: string }).code?.startsWith('SQLITE_')) throw error
      this.#occasions.drop(number)
      const message = `alert: planning failed for ${waiting.message.type} ${waiting.message.id}: ${String(error)}`
      this.#onProblem({ code: 'ALERT_PLAN', message })
    }
  }

  /** @param keep stores the occasion when somebody is told of it. @returns whether anybody is */
  #plan(planner: AlertPlanner, occasion: AlertOccasion, now: Micros, keep: () => number): boolean {
    const { alerts, endsForGood } = planner.plan(occasion, this.#table, now)
    if (endsForGood) this.#table.withdraw(occasion.subject)
    if (alerts.length === 0) return false
    if (this.#table.put(keep(), alerts, now) > 0) this.#news.push(...alerts)
    return true
  }
}

/** What a rule must ask for to be told of a message. */
const KINDS: Readonly<Record<DurableMessage['type'], AlertKind>> = { detection: 'detection', label: 'detection', event: 'event' }
