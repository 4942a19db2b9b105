import type { InstrumentId, StationId } from './source-id.ts'
import type { Micros } from './time.ts'

/** What a rule may ask for. */
export const ALERT_KINDS = ['detection', 'event', 'station', 'latency', 'server', 'inference', 'disk', 'drift'] as const

export type AlertKind = (typeof ALERT_KINDS)[number]

export const SEVERITIES = ['info', 'warning', 'critical'] as const

export type Severity = (typeof SEVERITIES)[number]

/** Where something stands: it begins, it goes on otherwise, it is over, it never was. */
export type AlertPhase = 'begin' | 'update' | 'end' | 'cancel'

/** Something that happened and that somebody may want to know: a step in the life of a subject. */
export interface AlertOccasion {
  /** `drill`: nothing has happened. */
  readonly kind: AlertKind | 'drill'
  /** The detection, event or outage; all its steps share it. */
  readonly subject: string
  readonly phase: AlertPhase
  /** One word for the step; a subject takes each of its steps once (`open`, `closed`, `cancelled`, `updated-2`, `silent`, …). */
  readonly state: string
  /** Data time of an onset; otherwise when it happened. */
  readonly time: Micros
  /** What alerts are kept in order within: the station, the server, or the kind itself. */
  readonly lane: string
  /** Empty where it concerns the monitor as a whole. */
  readonly stations: readonly StationId[]
  readonly instruments: readonly InstrumentId[]
  /** Peak score so far, 0–1. */
  readonly score?: number
  /** Known when it is over. */
  readonly durationSeconds?: number
  /** Why it may be no earthquake, or why a station is in trouble. */
  readonly reason?: string
  readonly label?: string
  /** One line for people. */
  readonly title: string
  /** The whole message of the feed, if there is one. */
  readonly details?: unknown
}

/** Conditions that must all hold; one that is absent holds. */
export interface AlertFilter {
  /** Stations (NET_STA) and instruments (NET_STA_LOC_BS), groups resolved. */
  readonly stations?: ReadonlySet<string>
  readonly minimumScore?: number
  readonly minimumSeconds?: number
  /** Stations that take part: 1 for a detection, those in coincidence for an event. */
  readonly minimumStations?: number
  /** `none`: nothing speaks against an earthquake; `any`: something does. */
  readonly reason?: 'none' | 'any'
  readonly labels?: readonly string[]
  /** Older ones, by `time`, are not told: what comes out of a backlog is no news. */
  readonly maximumAgeSeconds?: number
}

/** Times of day between which a rule keeps quiet; over midnight when `from` is after `to`. */
export interface QuietHours {
  /** Minutes after midnight. */
  readonly from: number
  readonly to: number
  /** IANA name. */
  readonly zone: string
  /** `hold`: told as one digest when they are over; `drop`: never told. */
  readonly policy: 'hold' | 'drop'
}

/** Who is told of what, and when not. */
export interface AlertRule {
  readonly name: string
  readonly kinds: ReadonlySet<AlertOccasion['kind']>
  readonly severity: Severity
  readonly filter: AlertFilter
  /** Names of hooks. */
  readonly hooks: readonly string[]
  /** How far back the same lane must be quiet before a new subject is told; by `time` of the occasions. */
  readonly cooldownSeconds: number
  /** Alerts of so many seconds go out as one message; 0: each at once. */
  readonly digestSeconds: number
  /** Told only when it still holds after so long; 0: at once. */
  readonly afterSeconds: number
  /** Ends and changes go to who was told of the beginning. Cancellations always do. */
  readonly hasUpdates: boolean
  readonly quiet?: QuietHours
  /** Told when nobody has acknowledged by then. */
  readonly escalation?: { readonly afterSeconds: number; readonly hooks: readonly string[] }
}

/** One alert for one hook, as it is put into the outbox. */
export interface PlannedAlert {
  /** Subject, state, rule and hook: the same alert always has the same, so that whoever gets it twice can tell. */
  readonly key: string
  readonly rule: string
  readonly hook: string
  readonly severity: Severity
  /** Within it a hook gets alerts in the order of their numbers. */
  readonly lane: string
  readonly occasion: AlertOccasion
  /** To those who were told of the beginning. */
  readonly isUpdate: boolean
  readonly isEscalation: boolean
  /** Earliest time to tell it. */
  readonly due: Micros
  /** Alerts of one batch go out as one message. */
  readonly batch?: string
  /** Withdrawn when, by `due`, the subject is over or acknowledged. */
  readonly isConditional: boolean
  /** Why it is not told at all; kept, so that nothing goes missing without a trace. */
  readonly suppressed?: string
}

/** What was planned before, as far as it matters now. */
export interface AlertHistory {
  /** Hooks that were or will be told of this subject by this rule. */
  toldHooks(rule: string, subject: string): readonly string[]
  /** When a beginning of this rule and lane was last told, by the `time` of its occasion. */
  lastBeginning(rule: string, lane: string): Micros | undefined
}
