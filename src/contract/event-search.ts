import type { EventState } from '../domain/network-event.ts'
import type { Micros } from '../domain/time.ts'
import type { EventWire } from './event.ts'

/** Absent fields do not filter. */
export interface EventFilter {
  /** Time at or after. */
  readonly from?: Micros | undefined
  /** Time before. */
  readonly to?: Micros | undefined
  /** NET_STA: one of its members. */
  readonly station?: string | undefined
  /** At least so many stations that count. */
  readonly minimumStations?: number | undefined
  readonly state?: EventState | undefined
}

export interface EventPage {
  /** Newest first. */
  readonly events: EventWire[]
  /** Asks for the next page; null on the last. */
  readonly cursor: string | null
}
