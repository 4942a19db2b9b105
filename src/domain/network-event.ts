import type { InstrumentId, StationId } from './source-id.ts'
import type { Micros } from './time.ts'

/**
 * What several stations saw. `open` while stations may join, `closed` when none can any more; `vetoed` when what they saw cannot
 * have come through the ground, or another event explains it better (`reason` says which).
 */
export type EventState = 'open' | 'closed' | 'vetoed'

export type EventReason =
  /** Onsets at the same moment at stations that no wave reaches together: electricity, a calibration. */
  | 'simultaneous-onsets'
  /** Its stations went to events that explain more of them. */
  | 'members-left'

/** One detection of an event. */
export interface EventMember {
  /** Id of the detection. */
  readonly detection: string
  readonly station: StationId
  readonly instrument: InstrumentId
  readonly onset: Micros
  /** Peak score of the detection when it opened. */
  readonly score: number
  /** `S` and `other` (another instrument of a station) do not count as stations. */
  readonly phase: 'P' | 'S' | 'other'
  /** Onset minus the time predicted from the location; null without one. */
  readonly residualSeconds: number | null
  /** From the epicentre; null without one. */
  readonly distanceKm: number | null
}

/** A first guess from onsets alone, by machine, in a simple Earth. */
export interface EventLocation {
  readonly status: 'preliminary'
  readonly latitude: number
  readonly longitude: number
  /** Origin time. */
  readonly time: Micros
  /** Coarse: the tables' depths; `from` and `to` fit about as well. */
  readonly depthKm: { readonly value: number; readonly from: number; readonly to: number }
  /** 68 % ellipse of the epicentre. Azimuth of its long axis: degrees clockwise from north, 0–180. */
  readonly ellipse: { readonly majorKm: number; readonly minorKm: number; readonly azimuth: number }
  readonly timeUncertaintySeconds: number
  readonly rmsSeconds: number
  /** Onsets it rests on. */
  readonly onsets: number
  /** Largest angle without a station, seen from the epicentre, degrees. */
  readonly azimuthalGap: number
  /** Travel times: velocity model and method. */
  readonly model: 'ak135'
}

export interface NetworkEvent {
  /** Deterministic: the detection whose onset completed the coincidence. */
  readonly id: string
  readonly state: EventState
  readonly reason?: EventReason
  /** 1 when it opens; one more each time it is published. */
  readonly revision: number
  /** Origin time when located, otherwise the first onset. */
  readonly time: Micros
  /** The first that says when it came; where none does, the first of all. */
  readonly firstOnset: Micros
  /** Distinct stations that count. */
  readonly stations: number
  /** The rule that it met: `network`, or the name of a group. */
  readonly rule: string
  /** Station of `firstOnset`. */
  readonly nearest: StationId
  readonly location: EventLocation | null
  /** By onset. */
  readonly members: readonly EventMember[]
}

/** A detection that no event could take any more. */
export interface LeftOut {
  readonly detection: string
  readonly instrument: InstrumentId
  readonly onset: Micros
  readonly reason: 'late'
  /** How far the watermark had gone beyond the onset. */
  readonly lateSeconds: number
}

export type CoincidenceOutput =
  | { readonly kind: 'event'; readonly event: NetworkEvent }
  | ({ readonly kind: 'left-out' } & LeftOut)
