import type { AlertFilter, AlertHistory, AlertOccasion, AlertRule, PlannedAlert } from '../domain/alert.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'

export interface AlertPlanInput {
  readonly occasion: AlertOccasion
  readonly rules: readonly AlertRule[]
  readonly history: AlertHistory
  readonly now: Micros
  /** When the quiet hours of a rule that hold now are over; undefined outside them. */
  readonly quietUntil: (rule: AlertRule, now: Micros) => Micros | undefined
}

/**
 * Who is told what of an occasion. A subject that was told goes on to those who were told, whatever the filters say by now; one that
 * was not is told when it first passes the filters. A pure function of its input.
 */
export function planAlerts(input: AlertPlanInput): PlannedAlert[] {
  const { occasion, rules, history } = input
  return rules.flatMap((rule) => {
    if (!rule.kinds.has(occasion.kind)) return []
    const told = history.toldHooks(rule.name, occasion.subject)
    if (told.length > 0) return planUpdate(input, rule, told)
    if (endsForGood(occasion) || !passes(rule.filter, occasion, input.now)) return []
    return planBeginning(input, rule)
  })
}

/** An outage is over, or something never was: nobody needs to act any more. The end of an earthquake is no reason to forget it. */
export function endsForGood({ kind, phase }: Pick<AlertOccasion, 'kind' | 'phase'>): boolean {
  return phase === 'cancel' || (phase === 'end' && kind !== 'detection' && kind !== 'event')
}

/** Whether an occasion meets all conditions; what is not known yet does not meet one. */
export function passes(filter: AlertFilter, occasion: AlertOccasion, now: Micros): boolean {
  const { stations, minimumScore, minimumSeconds, minimumStations, reason, labels, maximumAgeSeconds } = filter
  const isAtLeast = (value: number | undefined, minimum: number | undefined) =>
    minimum === undefined || (value !== undefined && value >= minimum)
  return (
    (stations === undefined || [...occasion.stations, ...occasion.instruments].some((id) => stations.has(id))) &&
    isAtLeast(occasion.score, minimumScore) &&
    isAtLeast(occasion.durationSeconds, minimumSeconds) &&
    isAtLeast(occasion.stations.length, minimumStations) &&
    (reason === undefined || (reason === 'any') === (occasion.reason !== undefined)) &&
    (labels === undefined || labels.includes(occasion.label ?? 'none')) &&
    (maximumAgeSeconds === undefined || now - occasion.time <= maximumAgeSeconds * MICROS_PER_SECOND)
  )
}

function planBeginning(input: AlertPlanInput, rule: AlertRule): PlannedAlert[] {
  const { occasion, history, now } = input
  const last = rule.cooldownSeconds > 0 ? history.lastBeginning(rule.name, occasion.lane) : undefined
  const isCooling = last !== undefined && Math.abs(occasion.time - last) < rule.cooldownSeconds * MICROS_PER_SECOND
  const first = rule.hooks.map((hook) => alertFor(input, rule, hook, { isUpdate: false }))
  if (isCooling) return first.map((alert) => ({ ...alert, suppressed: 'cool-down' }))
  const { escalation } = rule
  if (escalation === undefined) return first
  const due = now + escalation.afterSeconds * MICROS_PER_SECOND
  const escalated = escalation.hooks
    // A hook that is told at once is told once.
    .filter((hook) => !rule.hooks.includes(hook))
    .map((hook) => ({
      ...alertFor(input, rule, hook, { isUpdate: false }),
      // In a lane of its own: waiting for its time it must not hold up what comes after.
      lane: `escalation:${occasion.subject}`,
      due,
      isEscalation: true,
      isConditional: true,
    }))
  return [...first, ...escalated]
}

function planUpdate(input: AlertPlanInput, rule: AlertRule, told: readonly string[]): PlannedAlert[] {
  if (!rule.hasUpdates && input.occasion.phase !== 'cancel') return []
  return told.map((hook) => alertFor(input, rule, hook, { isUpdate: true }))
}

function alertFor(input: AlertPlanInput, rule: AlertRule, hook: string, { isUpdate }: { isUpdate: boolean }): PlannedAlert {
  const { occasion, now } = input
  const isLater = !isUpdate && rule.afterSeconds > 0
  const alert = {
    key: alertKey(occasion, rule.name, hook),
    rule: rule.name,
    hook,
    severity: rule.severity,
    lane: isLater ? `later:${occasion.subject}` : occasion.lane,
    occasion,
    isUpdate,
    isEscalation: false,
    due: isLater ? now + rule.afterSeconds * MICROS_PER_SECOND : now,
    isConditional: isLater,
  }
  const quietEnd = input.quietUntil(rule, alert.due)
  if (quietEnd !== undefined) {
    // Who was told of something that never was hears of it whenever it is.
    if (isUpdate && occasion.phase === 'cancel' && rule.quiet?.policy === 'drop') return alert
    if (rule.quiet?.policy === 'drop') return { ...alert, suppressed: 'quiet hours' }
    return inBatch(alert, quietEnd)
  }
  if (rule.digestSeconds > 0) {
    const period = rule.digestSeconds * MICROS_PER_SECOND
    return inBatch(alert, (Math.floor(alert.due / period) + 1) * period)
  }
  return alert
}

/** All alerts of a rule to a hook that are due at one moment. Its lane is its own: only the batch as a whole waits. */
function inBatch(alert: PlannedAlert, due: Micros): PlannedAlert {
  const batch = `digest|${alert.rule}|${alert.hook}|${due}`
  return { ...alert, due, batch, lane: batch }
}

/** The same alert to the same hook by the same rule: the same key, in every process. */
export function alertKey({ subject, state }: AlertOccasion, rule: string, hook: string): string {
  return `${subject}|${state}|${rule}|${hook}`
}
