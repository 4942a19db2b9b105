import type { AlertDigest, AlertMessage } from '../../contract/alert.ts'
import { formatMicros, type Micros } from '../../domain/time.ts'
import type { OutboxEntry } from '../../io/store/outbox-table.ts'

/** What goes out for entries that are told together: one alert, or a digest of a batch. */
export function messageOf(entries: readonly OutboxEntry[], sentAt: Micros, attempt: number): AlertMessage | AlertDigest {
  const [first] = entries as [OutboxEntry]
  const alerts = entries.map((entry) => alertOf(entry, sentAt, attempt))
  const { batch, rule, severity } = first.alert
  if (batch === undefined || entries.length === 1) return alerts[0] as AlertMessage
  return {
    type: 'digest',
    // A batch that was told in part before (more came after it was due) is another message.
    key: `${batch}|${first.number}-${entries.at(-1)?.number}`,
    rule,
    severity,
    title: `${alerts.length} alerts of ${rule}`,
    sentAt: formatMicros(sentAt),
    attempt,
    alerts,
  }
}

function alertOf({ alert, plannedAt }: Pick<OutboxEntry, 'alert' | 'plannedAt'>, sentAt: Micros, attempt: number): AlertMessage {
  const { key, rule, severity, isUpdate, isEscalation, occasion } = alert
  const { kind, subject, state, phase, time, stations, instruments, title, details } = occasion
  const { score, durationSeconds, reason, label } = occasion
  return {
    type: 'alert',
    key,
    rule,
    severity,
    kind,
    subject,
    state,
    phase,
    isUpdate,
    isEscalation,
    time: formatMicros(time),
    stations: [...stations],
    instruments: [...instruments],
    ...(score === undefined ? {} : { score }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(reason === undefined ? {} : { reason }),
    ...(label === undefined ? {} : { label }),
    title,
    plannedAt: formatMicros(plannedAt),
    sentAt: formatMicros(sentAt),
    attempt,
    details,
  }
}
