import type { Place } from '../domain/place.ts'
import type { StationId } from '../domain/source-id.ts'
import type { TravelTimes } from './travel-times.ts'

/** So many stations (the sum of their weights) make an event. */
export interface CoincidenceRule {
  /** `network`, or the name of a group. */
  readonly name: string
  /** Absent: every station. */
  readonly members?: ReadonlySet<StationId>
  readonly needed: number
}

export interface CoincidenceOptions {
  /** One of them must be met. */
  readonly rules: readonly CoincidenceRule[]
  readonly weightOf: (station: StationId) => number
  /** Absent: the fixed window is used for this station, and it helps no location. */
  readonly placeOf: (station: StationId) => Place | undefined
  /** All places, to know how long a wave may take from one station to another. */
  readonly places: readonly Place[]
  /** Seconds between onsets, where coordinates are missing. */
  readonly withinSeconds: number
  /** Onsets are judged this long after them, in data time: later ones are left out. */
  readonly holdSeconds: number
  /** An onset may miss its prediction by so much. */
  readonly toleranceSeconds: number
  readonly veto: { readonly simultaneousSeconds: number; readonly apartKm: number }
  /** Made when first needed. */
  readonly times: () => TravelTimes
}
