import type { AlertDigest, AlertMessage } from '../../contract/alert.ts'
import { formatMicros, type Micros } from '../../domain/time.ts'
import type { OutboxEntry } from '../../io/store/outbox-table.ts'

export interface Sending {
  readonly sentAt: Micros
  readonly attempt: number
  /** Of archived data. */
  readonly isReplay?: boolean | undefined
}

/** What goes out for entries that are told together: one alert, or a digest of a batch. */
export function messageOf(
  entries: readonly OutboxEntry[],
  { sentAt, attempt, isReplay = false }: Sending,
): AlertMessage | AlertDigest {
  const [first] = entries as [OutboxEntry]
  const alerts = entries.map((entry) => alertOf(entry, { sentAt, attempt, isReplay }))
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

function alertOf(
  { alert, plannedAt }: Pick<OutboxEntry, 'alert' | 'plannedAt'>,
  { sentAt, attempt, isReplay }: Sending,
): AlertMessage {
  const { key, rule, severity, isUpdate, isEscalation, occasion } = alert
  const { kind, subject, state, phase, time, stations, instruments, title, details } = occasion
  const { score, durationSeconds, reason, label } = occasion
  return {
    type: 'alert',
    // Who has had the alert when it was new does not take this one for it.
    key: isReplay ? `replay|${key}` : key,
    rule,
    severity,
    kind,
    subject,
    state,
    phase,
    isUpdate,
    ...(isReplay ? { isReplay } : {}),
    isEscalation,
    time: formatMicros(time),
    stations: [...stations],
    instruments: [...instruments],
    ...(score === undefined ? {} : { score }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(reason === undefined ? {} : { reason }),
    ...(label === undefined ? {} : { label }),
    title: isReplay ? `REPLAY: ${title}` : title,
    plannedAt: formatMicros(plannedAt),
    sentAt: formatMicros(sentAt),
    attempt,
    details,
  }
}
