import type { DetectionWire } from '../../contract/detection.ts'
import { LABEL_VALUES, type LabelValue } from '../../domain/label.ts'

/** What the table is asked for; absent fields do not filter. Names are those of the address and of the API. */
export interface DetectionQuery {
  /** Onset at or after; ISO 8601. */
  readonly from?: string | undefined
  /** Onset before; ISO 8601. */
  readonly to?: string | undefined
  /** NET_STA or NET_STA_LOC_BS. */
  readonly station?: string | undefined
  readonly minimumScore?: number | undefined
  readonly label?: LabelValue | 'none' | undefined
  readonly state?: 'open' | 'closed' | undefined
  /** What speaks against an earthquake: this, anything (`any`), nothing (`none`). */
  readonly reason?: string | undefined
}

/** Of the address; what it does not understand is left out. */
export function readDetectionQuery(query: URLSearchParams): DetectionQuery {
  const score = Number(query.get('minimumScore') || Number.NaN)
  return {
    from: timeOf(query.get('from')),
    to: timeOf(query.get('to')),
    station: query.get('station') || undefined,
    minimumScore: score >= 0 && score <= 1 ? score : undefined,
    label: oneOf(query.get('label'), ['none', ...LABEL_VALUES]),
    state: oneOf(query.get('state'), ['open', 'closed']),
    reason: /^[a-z][a-z0-9-]*$/.exec(query.get('reason') ?? '')?.[0],
  }
}

/** For the address, or a link: only what filters. */
export function writtenQuery(query: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}

export function isFiltering(query: DetectionQuery): boolean {
  return Object.values(query).some((value) => value !== undefined)
}

/** Whether a detection that has just come belongs into the table. */
export function matches(query: DetectionQuery, detection: DetectionWire): boolean {
  const { from, to, station, minimumScore, label, state, reason } = query
  const onset = Date.parse(detection.onset.time)
  return (
    (from === undefined || onset >= Date.parse(from)) &&
    (to === undefined || onset < Date.parse(to)) &&
    (station === undefined || station === detection.station || station === detection.instrument) &&
    (minimumScore === undefined || detection.peak.score >= minimumScore) &&
    (label === undefined || label === (detection.label?.value ?? 'none')) &&
    (state === undefined || state === detection.state) &&
    (reason === undefined || reason === (detection.reason ?? 'none') || (reason === 'any' && detection.reason !== undefined))
  )
}

/** `ci.clc` → `CI_CLC`, `CI.CLC.HH` → `CI_CLC__HH`: as people write it → as the API wants it. */
export function stationIdFrom(text: string): string {
  const parts = text
    .trim()
    .toUpperCase()
    .split(/[._\s]/)
  const isWithoutLocation = parts.length === 3 && parts.every((part) => part !== '')
  return (isWithoutLocation ? [parts[0], parts[1], '', parts[2]] : parts).join('_')
}

function timeOf(text: string | null): string | undefined {
  const millis = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(millis) ? undefined : new Date(millis).toISOString()
}

function oneOf<Value extends string>(text: string | null, values: readonly Value[]): Value | undefined {
  return values.find((value) => value === text)
}
