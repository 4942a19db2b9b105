import type { EventWire } from '../../contract/event.ts'
import type { EventState } from '../../domain/network-event.ts'

/** What the list is asked for; absent fields do not filter. Names are those of the address and of the API. */
export interface EventQuery {
  /** Time at or after; ISO 8601. */
  readonly from?: string | undefined
  /** Time before; ISO 8601. */
  readonly to?: string | undefined
  /** NET_STA: one of the members. */
  readonly station?: string | undefined
  readonly minimumStations?: number | undefined
  readonly state?: EventState | undefined
}

const STATES: readonly EventState[] = ['open', 'closed', 'vetoed']

/** Of the address; what it does not understand is left out. */
export function readEventQuery(query: URLSearchParams): EventQuery {
  const stations = Number(query.get('minimumStations') || Number.NaN)
  return {
    from: timeOf(query.get('from')),
    to: timeOf(query.get('to')),
    station: query.get('station') || undefined,
    minimumStations: Number.isInteger(stations) && stations >= 0 ? stations : undefined,
    state: STATES.find((state) => state === query.get('state')),
  }
}

/** Whether an event that has just come belongs into the list. */
export function matchesEvent({ from, to, station, minimumStations, state }: EventQuery, event: EventWire): boolean {
  const time = Date.parse(event.time)
  return (
    (from === undefined || time >= Date.parse(from)) &&
    (to === undefined || time < Date.parse(to)) &&
    (station === undefined || event.members.some((member) => member.station === station)) &&
    (minimumStations === undefined || event.stations >= minimumStations) &&
    (state === undefined || event.state === state)
  )
}

function timeOf(text: string | null): string | undefined {
  const millis = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(millis) ? undefined : new Date(millis).toISOString()
}
