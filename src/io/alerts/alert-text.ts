import type { AlertMessage, HookMessage } from '../../contract/alert.ts'
import type { ALERT_TEXT_FIELDS } from '../../contract/alert-config.ts'

type Field = (typeof ALERT_TEXT_FIELDS)[number]

/** What a field shows that an alert does not have. */
const ABSENT = '–'
/** Alerts named in a digest's text. */
const MOST_LINES = 20

/** Title and text of a message for people. @param template of the text, with `{fields}` */
export function alertText(message: HookMessage, template?: string): { title: string; text: string } {
  if (message.type === 'heartbeat') return { title: message.title, text: [message.title, ...message.reasons].join('\n') }
  if (message.type === 'alert') return { title: titleOf(message), text: textOf(message, template) }
  const { alerts, title } = message
  const lines = alerts.slice(0, MOST_LINES).map((alert) => textOf(alert, template))
  const rest = alerts.length - lines.length
  return { title, text: [title, ...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n') }
}

function titleOf({ title, severity, isEscalation, phase }: AlertMessage): string {
  const marks = [...(severity === 'critical' ? ['CRITICAL'] : []), ...(isEscalation ? ['not acknowledged'] : [])]
  if (phase === 'cancel') marks.push('cancelled')
  return marks.length === 0 ? title : `[${marks.join(', ')}] ${title}`
}

function textOf(alert: AlertMessage, template: string | undefined): string {
  if (template === undefined) return alert.reason === undefined ? titleOf(alert) : `${titleOf(alert)} (${alert.reason})`
  // Titles say it themselves.
  const mark = template.includes('{title}') ? '' : alert.kind === 'drill' ? 'DRILL: ' : alert.isReplay ? 'REPLAY: ' : ''
  return mark + template.replace(/\{([^{}]*)\}/g, (_all, field: Field) => FIELDS[field](alert) ?? ABSENT)
}

const FIELDS: Readonly<Record<Field, (alert: AlertMessage) => string | undefined>> = {
  title: titleOf,
  kind: ({ kind }) => kind,
  state: ({ state }) => state,
  severity: ({ severity }) => severity,
  station: ({ stations }) => listed(stations),
  instrument: ({ instruments }) => listed(instruments),
  time: ({ time }) => time,
  score: ({ score }) => score?.toFixed(3),
  duration: ({ durationSeconds }) => (durationSeconds === undefined ? undefined : `${durationSeconds.toFixed(1)} s`),
  reason: ({ reason }) => reason,
  label: ({ label }) => label,
  rule: ({ rule }) => rule,
  subject: ({ subject }) => subject,
}

function listed(ids: readonly string[]): string | undefined {
  return ids.length === 0 ? undefined : ids.join(', ')
}
