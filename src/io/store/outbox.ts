import type { Delivery, DeliveryFilter } from '../../contract/alert.ts'
import type { DetectionWire } from '../../contract/detection.ts'
import type { DurableMessage } from '../../contract/feed.ts'
import type { AlertHistory, AlertKind, AlertOccasion, PlannedAlert } from '../../domain/alert.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import type { DeliveryResult, HookBacklog, LaneHead, OutboxEntry, OutboxTable } from './outbox-table.ts'

/** Says who is told of what; called inside the transaction that stores it. */
export interface AlertPlanner {
  /** What a stored message means to those who want to know; undefined: nothing. */
  occasionOf(message: DurableMessage, detection: DetectionWire | undefined): AlertOccasion | undefined
  /** Whether any rule asks for such occasions. */
  wants(kind: AlertKind): boolean
  plan(occasion: AlertOccasion, history: AlertHistory): { alerts: readonly PlannedAlert[]; endsForGood: boolean }
}

/** An outage begins or ends. */
export interface Incident {
  readonly kind: AlertKind
  /** What is out: `station IU_ANMO_00_BH` */
  readonly topic: string
  readonly phase: 'begin' | 'end'
  readonly occasionOf: (subject: string) => AlertOccasion
}

/** Runs a change as a transaction on disk. */
export type Transact = <T>(operation: string, change: () => T) => T

/** Plans nothing: for replay and tests. */
const NO_PLANNER: AlertPlanner = {
  occasionOf: () => undefined,
  wants: () => false,
  plan: () => ({ alerts: [], endsForGood: false }),
}

/** The alerts of one store. What is planned is on disk together with what it is about, or neither is. */
export class Outbox {
  readonly #table: OutboxTable
  readonly #transact: Transact
  readonly #planner: AlertPlanner
  readonly #clock: Clock
  readonly #onProblem: OnProblem
  #news: PlannedAlert[] = []

  constructor(
    table: OutboxTable,
    transact: Transact,
    { planner = NO_PLANNER, clock, onProblem }: { planner?: AlertPlanner | undefined; clock: Clock; onProblem: OnProblem },
  ) {
    this.#table = table
    this.#transact = transact
    this.#planner = planner
    this.#clock = clock
    this.#onProblem = onProblem
  }

  /** Inside a transaction: plans what these messages mean. A planner that fails costs alerts, never detections. */
  follow(messages: readonly DurableMessage[], find: (id: string) => DetectionWire | undefined): void {
    for (const message of messages) {
      try {
        const detection = message.type === 'label' ? find(message.id) : undefined
        const occasion = this.#planner.occasionOf(message, detection)
        if (occasion) this.#plan(occasion)
      } catch (error) {
        // What the database refuses must undo the whole transaction.
        if ((error as { code?: string }).code?.startsWith('SQLITE_')) throw error
        this.#onProblem({
          code: 'ALERT_PLAN',
          message: `alert: planning failed for ${message.type} ${message.id}: ${String(error)}`,
        })
      }
    }
  }

  /**
   * Outages that begin or end, all in one transaction. Each is one subject as long as it lasts, over restarts, too; one that is told
   * again is the same, and an end without a beginning is nothing. What no rule asks for is not kept.
   *
   * @throws {StoreError} nothing was stored
   */
  raiseIncidents(incidents: readonly Incident[]): void {
    const news = incidents.filter(({ topic, phase, kind }) => {
      const isOpen = this.#table.incident(topic) !== undefined
      return isOpen === (phase === 'end') && (isOpen || this.#planner.wants(kind))
    })
    if (news.length === 0) return
    this.#transact('alert', () => {
      for (const { topic, phase, occasionOf } of news) {
        const subject = this.#table.openIncident(topic, `${topic}@${this.#clock.now()}`)
        if (phase === 'end') this.#table.closeIncident(topic)
        this.#plan(occasionOf(subject))
      }
    })
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
    this.#transact('alert', () => this.#table.finish(results))
  }

  /** @returns false when nobody was told of such a subject */
  acknowledge(subject: string, by: string): boolean {
    return this.#transact('acknowledge', () => this.#table.acknowledge(subject, by, this.#clock.now()))
  }

  /** Dead letters are tried again. @returns how many */
  resend(which: { numbers?: readonly number[] | undefined; hook?: string | undefined }): number {
    return this.#transact('resend', () => this.#table.resend(which, this.#clock.now()))
  }

  deliveries(query: DeliveryFilter): Delivery[] {
    return this.#table.search(query)
  }

  backlogs(): Map<string, HookBacklog> {
    return this.#table.backlogs()
  }

  prune(oldest: Micros): void {
    this.#transact('prune', () => this.#table.prune(oldest))
  }

  #plan(occasion: AlertOccasion): void {
    const { alerts, endsForGood } = this.#planner.plan(occasion, this.#table)
    if (endsForGood) this.#table.withdraw(occasion.subject)
    if (this.#table.put(alerts, this.#clock.now()) > 0) this.#news.push(...alerts)
  }
}
