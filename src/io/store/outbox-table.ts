import type { Delivery, DeliveryFilter, DeliveryState } from '../../contract/alert.ts'
import type { AlertHistory, AlertOccasion, PlannedAlert, Severity } from '../../domain/alert.ts'
import { formatMicros, type Micros } from '../../domain/time.ts'
import { type HookBacklog, HookBacklogs } from './hook-backlogs.ts'
import type { OccasionTable } from './occasion-table.ts'
import type { SqliteDatabase } from './sqlite-binding.ts'

/** An alert that waits to be told. */
export interface OutboxEntry {
  readonly number: number
  readonly alert: PlannedAlert
  /** When it was stored. */
  readonly plannedAt: Micros
  /** Not before. */
  readonly due: Micros
  /** Attempts so far. */
  readonly attempts: number
}

/** The first that waits in a lane. */
export interface LaneHead {
  readonly hook: string
  readonly lane: string
  readonly number: number
  readonly due: Micros
}

/** What became of an attempt. */
export interface DeliveryResult {
  readonly number: number
  /** `pending`: to be tried again at `due`. */
  readonly state: Extract<DeliveryState, 'pending' | 'delivered' | 'dead' | 'withdrawn'>
  readonly due: Micros
  readonly attempts: number
  readonly firstAttempt: Micros
  readonly time: Micros
  readonly error: string | null
}

interface Row {
  readonly number: number
  readonly occasion: number
  readonly key: string
  readonly hook: string
  readonly lane: string
  readonly rule: string
  readonly subject: string
  readonly severity: Severity
  readonly state: DeliveryState
  readonly begins: number
  readonly escalates: number
  readonly conditional: number
  readonly due: number
  readonly batch: string | null
  readonly attempts: number
  readonly planned: number
  readonly first_attempt: number | null
  readonly delivered: number | null
  readonly error: string | null
}

/** Longest error text kept. */
const LONGEST_ERROR = 500

interface DeliveryRow extends Row {
  readonly title: string
  readonly ackBy: string | null
  readonly ackTime: number | null
}

/**
 * Alerts on their way to the hooks, and what became of them: small rows, each refers to the occasion it tells of. A key is there once:
 * what is planned again (after a restart, a second replay) changes nothing. Everything is in the file, nothing in memory, so that
 * another process may send dead letters again.
 */
export class OutboxTable implements AlertHistory {
  readonly #database: SqliteDatabase
  readonly #occasions: OccasionTable
  readonly #backlogs: HookBacklogs
  readonly #insert
  readonly #toldHooks
  readonly #lastBeginning
  readonly #withdraw
  readonly #recall
  readonly #heads
  readonly #next
  readonly #find
  readonly #batch
  readonly #finish
  readonly #search
  readonly #deleteOlder
  readonly #subject

  constructor(database: SqliteDatabase, occasions: OccasionTable) {
    this.#database = database
    this.#occasions = occasions
    this.#backlogs = new HookBacklogs(database)
    this.#insert = database.prepare(
      `INSERT OR IGNORE INTO outbox
         (key, occasion, hook, lane, about, rule, subject, severity, state, begins, escalates, due, batch, conditional, planned, time, error)
       VALUES (:key, :occasion, :hook, :lane, :about, :rule, :subject, :severity, :state, :begins, :escalates, :due, :batch, :conditional,
         :planned, :time, :error)`,
    )
    this.#toldHooks = database
      .prepare<[string, string], string>(
        `SELECT DISTINCT hook FROM outbox WHERE subject = ? AND rule = ?
         AND (state IN ('delivered', 'dead') OR (state = 'pending' AND conditional = 0)) ORDER BY hook`,
      )
      .pluck()
    this.#lastBeginning = database
      .prepare<[string, string], number | null>(
        `SELECT max(time) FROM outbox WHERE rule = ? AND about = ? AND begins = 1 AND state IN ('pending', 'delivered', 'dead')`,
      )
      .pluck()
    this.#withdraw = database.prepare<[string]>(
      "UPDATE outbox SET state = 'withdrawn', error = 'over before its time' WHERE subject = ? AND conditional = 1 AND state = 'pending'",
    )
    this.#recall = database.prepare<[string]>(
      "UPDATE outbox SET state = 'withdrawn' WHERE subject = ? AND state IN ('pending', 'dead')",
    )
    this.#heads = database.prepare<[], LaneHead>(
      `SELECT hook, lane, number, due FROM outbox JOIN
         (SELECT min(number) AS first FROM outbox WHERE state = 'pending' GROUP BY hook, lane) ON number = first`,
    )
    this.#next = database.prepare<[string, string, number], LaneHead>(
      `SELECT hook, lane, number, due FROM outbox
       WHERE state = 'pending' AND hook = ? AND lane = ? AND number > ? ORDER BY number LIMIT 1`,
    )
    this.#find = database.prepare<[number], Row>("SELECT * FROM outbox WHERE number = ? AND state = 'pending'")
    this.#batch = database.prepare<[string], Row>("SELECT * FROM outbox WHERE batch = ? AND state = 'pending' ORDER BY number")
    this.#finish = database.prepare(
      `UPDATE outbox SET state = :state, due = :due, attempts = :attempts, error = :error,
         first_attempt = coalesce(first_attempt, :firstAttempt), delivered = iif(:state = 'delivered', :time, NULL)
       WHERE number = :number`,
    )
    this.#search = database.prepare<[Record<string, unknown>], DeliveryRow>(
      `SELECT outbox.*, json_extract(json, '$.title') AS title, acknowledgements.by AS ackBy, acknowledgements.time AS ackTime
       FROM outbox JOIN occasions ON occasions.number = occasion LEFT JOIN acknowledgements USING (subject)
       WHERE (:state IS NULL OR state = :state) AND (:hook IS NULL OR hook = :hook)
         AND iif(:subject IS NULL, kind IS NOT 'drill', subject = :subject)
         AND (:before IS NULL OR outbox.number < :before) ORDER BY outbox.number DESC LIMIT :limit`,
    )
    this.#deleteOlder = database.prepare<[number]>("DELETE FROM outbox WHERE planned < ? AND state NOT IN ('pending', 'dead')")
    this.#subject = database.prepare<[string], number>('SELECT 1 FROM outbox WHERE subject = ? LIMIT 1').pluck()
  }

  /** @returns how many are new */
  put(number: number, alerts: readonly PlannedAlert[], planned: Micros): number {
    let added = 0
    this.#backlogs.changed()
    for (const alert of alerts) {
      const { key, hook, lane, rule, severity, occasion, due, batch, isConditional, isUpdate, isEscalation, suppressed } = alert
      added += this.#insert.run({
        key,
        occasion: number,
        hook,
        lane,
        about: occasion.lane,
        rule,
        subject: occasion.subject,
        severity,
        state: suppressed === undefined ? 'pending' : 'suppressed',
        begins: isUpdate ? 0 : 1,
        escalates: isEscalation ? 1 : 0,
        due,
        batch: batch ?? null,
        conditional: isConditional ? 1 : 0,
        planned,
        time: occasion.time,
        error: suppressed ?? null,
      }).changes
    }
    return added
  }

  toldHooks(rule: string, subject: string): string[] {
    return this.#toldHooks.all(subject, rule)
  }

  lastBeginning(rule: string, lane: string): Micros | undefined {
    return this.#lastBeginning.get(rule, lane) ?? undefined
  }

  /** What waits for a subject to last or to be left alone is not told any more. */
  withdraw(subject: string): void {
    if (this.#withdraw.run(subject).changes > 0) this.#backlogs.changed()
  }

  /** Whatever of a subject has not arrived is over: neither waiting nor a dead letter. */
  recall(subject: string): void {
    this.#backlogs.changed()
    this.#recall.run(subject)
  }

  /** The first of each lane. */
  heads(): LaneHead[] {
    return this.#heads.all()
  }

  nextInLane({ hook, lane, number }: Pick<LaneHead, 'hook' | 'lane' | 'number'>): LaneHead | undefined {
    return this.#next.get(hook, lane, number)
  }

  /** The pending alert of this number with the others of its batch, oldest first; empty when it is not pending any more. */
  take(number: number): OutboxEntry[] {
    const row = this.#find.get(number)
    if (row === undefined) return []
    const rows = row.batch === null ? [row] : this.#batch.all(row.batch)
    return rows.flatMap((each) => {
      const occasion = this.#occasions.find(each.occasion)
      return occasion ? [entryOf(each, occasion)] : []
    })
  }

  finish(results: readonly DeliveryResult[]): void {
    this.#backlogs.changed()
    for (const result of results) this.#finish.run(result)
  }

  /** Dead letters are pending again, from now on as if they were new. @returns how many */
  resend({ numbers, hook }: { numbers?: readonly number[] | undefined; hook?: string | undefined }, now: Micros): number {
    const update = this.#database.prepare<[Record<string, unknown>]>(
      `UPDATE outbox SET state = 'pending', due = :now, attempts = 0, error = NULL, planned = :now
       WHERE state = 'dead' AND (:number IS NULL OR number = :number) AND (:hook IS NULL OR hook = :hook)`,
    )
    this.#backlogs.changed()
    const each = numbers ?? [null]
    return each.reduce<number>((sum, number) => sum + update.run({ now, number, hook: hook ?? null }).changes, 0)
  }

  search({ state, hook, subject, before, limit }: DeliveryFilter): Delivery[] {
    return this.#search
      .all({ state: state ?? null, hook: hook ?? null, subject: subject ?? null, before: before ?? null, limit })
      .map(deliveryOf)
  }

  backlogs(): ReadonlyMap<string, HookBacklog> {
    return this.#backlogs.all()
  }

  /** Forgets what is done; dead letters stay until they are sent. */
  prune(oldest: Micros): void {
    this.#deleteOlder.run(oldest)
  }

  /** Whether anybody was or will be told of it. */
  knows(subject: string): boolean {
    return this.#subject.get(subject) !== undefined
  }
}

function entryOf(row: Row, occasion: AlertOccasion): OutboxEntry {
  const { number, key, hook, lane, rule, severity, begins, escalates, conditional, due, batch, planned, attempts } = row
  const alert: PlannedAlert = {
    key,
    rule,
    hook,
    severity,
    lane,
    occasion,
    isUpdate: begins === 0,
    isEscalation: escalates === 1,
    due,
    ...(batch === null ? {} : { batch }),
    isConditional: conditional === 1,
  }
  return { number, alert, plannedAt: planned, due, attempts }
}

function deliveryOf(row: DeliveryRow): Delivery {
  const { number, key, hook, rule, subject, severity, title, state, attempts } = row
  const time = (micros: number | null) => (micros === null ? null : formatMicros(micros))
  return {
    number,
    key,
    hook,
    rule,
    subject,
    severity,
    title,
    state,
    attempts,
    plannedAt: formatMicros(row.planned),
    dueAt: formatMicros(row.due),
    firstAttemptAt: time(row.first_attempt),
    deliveredAt: time(row.delivered),
    error: row.error?.slice(0, LONGEST_ERROR) ?? null,
    isEscalation: row.escalates === 1,
    acknowledged: row.ackBy === null || row.ackTime === null ? null : { by: row.ackBy, time: formatMicros(row.ackTime) },
  }
}
