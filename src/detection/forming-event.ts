import type { EventMember, EventReason, NetworkEvent } from '../domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE, type Place } from '../domain/place.ts'
import type { InstrumentId, StationId } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { CoincidenceOptions, CoincidenceRule } from './coincidence-options.ts'
import { FEWEST_ONSETS, type LocatedSource, locate } from './locator.ts'
import { type Arrival, allowedMiss, findSource, residualOf, type Source, scoreOf } from './source-finder.ts'

/** What coincidence takes of a detection; plain data. */
export interface Candidate {
  readonly detection: string
  readonly station: StationId
  readonly instrument: InstrumentId
  readonly onset: Micros
  readonly uncertaintySeconds: number
  readonly score: number
  /** May be S of what its station detected before; absent: no. */
  readonly isRetriggered?: boolean
}

/** A member with the part it plays. */
export interface Part extends Candidate {
  readonly phase: EventMember['phase']
}

/** A source on the scale of absolute time; `seconds` counts from `reference`. */
export interface TimedSource {
  readonly reference: Micros
  readonly source: Source
}

/** An event that may still change; plain data. */
export interface FormingEvent {
  readonly id: string
  readonly rule: string
  /** By onset. */
  readonly parts: readonly Part[]
  /** What the onsets fit; absent while there is nothing to fit (fewer than three stations with coordinates). */
  readonly origin?: TimedSource
  readonly location?: LocatedSource['location']
  /** Counted onsets when it was located last. */
  readonly locatedWith: number
  readonly closesAt: Micros
  readonly revision: number
  /** What was published last, to say only what is new. */
  readonly state: NetworkEvent['state']
  readonly reason?: EventReason
}

/** Up to here an event is located with each onset; then with every fourth more. */
const ALWAYS_LOCATED = 12
const GROWTH = 1.25
/** A location that is less certain says nothing: the nearest station says more. */
const MOST_UNCERTAIN_KM = 500
/** Of a vetoed event at least this part of the onsets come together. */
const SIMULTANEOUS_SHARE = 0.7

/** Onsets that count: one per station. */
export function counted(parts: readonly Part[]): readonly Part[] {
  return parts.filter(({ phase }) => phase === 'P')
}

/** The first rule that these stations meet. */
export function ruleMet(stations: Iterable<StationId>, { rules, weightOf }: CoincidenceOptions): CoincidenceRule | undefined {
  const all = [...new Set(stations)]
  return rules.find(({ members, needed }) => {
    const sum = all.reduce((weight, station) => weight + (members?.has(station) === false ? 0 : weightOf(station)), 0)
    return sum >= needed
  })
}

export function byOnset(a: Candidate, b: Candidate): number {
  return a.onset - b.onset || (a.instrument < b.instrument ? -1 : a.instrument > b.instrument ? 1 : 0)
}

/** Onsets of stations with coordinates, as the source finder wants them. */
export function arrivalsOf(
  candidates: readonly Candidate[],
  reference: Micros,
  placeOf: CoincidenceOptions['placeOf'],
): (Arrival & { readonly candidate: Candidate })[] {
  return candidates.flatMap((candidate) => {
    const place = placeOf(candidate.station)
    const { uncertaintySeconds } = candidate
    return place ? [{ candidate, place, uncertaintySeconds, seconds: (candidate.onset - reference) / MICROS_PER_SECOND }] : []
  })
}

export function isLocationDue(event: FormingEvent): boolean {
  const onsets = counted(event.parts).length
  return onsets <= ALWAYS_LOCATED || onsets >= event.locatedWith * GROWTH
}

/** The event with a location, where there is enough to locate; otherwise without. */
export function located(event: FormingEvent, options: CoincidenceOptions): FormingEvent {
  const { location: _location, ...rest } = event
  const onsets = counted(event.parts)
  // One that hardly says when it came locates nothing.
  const clear = onsets.filter((onset) => isClear(onset, options))
  const arrivals = event.origin ? arrivalsOf(clear, event.origin.reference, options.placeOf) : []
  if (!event.origin || arrivals.length < FEWEST_ONSETS) return { ...rest, locatedWith: onsets.length }
  const { reference, source } = event.origin
  const guess = clear.length === onsets.length ? source : guessOf(arrivals, source, options)
  const found = locate(arrivals, guess, options.toleranceSeconds, options.times())
  return { ...rest, origin: { reference, source: found.source }, location: found.location, locatedWith: onsets.length }
}

/** Where to begin: an event that began with onsets that hardly say when they came began anywhere. */
function guessOf(arrivals: readonly Arrival[], known: Source, { toleranceSeconds, times }: CoincidenceOptions): Source {
  const found = findSource(arrivals, arrivals.length >> 1, toleranceSeconds, times())
  return found && found.score > scoreOf(arrivals, known, toleranceSeconds, times()) ? found.source : known
}

/** Whether an onset says when it came. */
function isClear({ uncertaintySeconds }: Candidate, { toleranceSeconds }: CoincidenceOptions): boolean {
  return uncertaintySeconds <= toleranceSeconds
}

/**
 * Too few onsets for a location do not check each other: one that may be S and one that hardly says when it came, which fits everything,
 * make no event with a third.
 */
export function isDoubtful(onsets: readonly Candidate[], options: CoincidenceOptions): boolean {
  if (onsets.length >= FEWEST_ONSETS) return false
  const sure = onsets.filter((onset) => !onset.isRetriggered && isClear(onset, options))
  const isVague = onsets.some((onset) => !isClear(onset, options))
  return sure.length < 2 && isVague && onsets.some(({ isRetriggered }) => isRetriggered)
}

/** The first onset that says when it came; where none does, the first. */
function firstOf(onsets: readonly Part[], options: CoincidenceOptions): Part | undefined {
  return onsets.find((onset) => isClear(onset, options)) ?? onsets[0]
}

/** Seconds by which a member misses what the origin predicts; undefined where nothing is predicted. */
export function missOf(
  part: Pick<Candidate, 'station' | 'onset'>,
  { origin }: Pick<FormingEvent, 'origin'>,
  { placeOf, times }: Pick<CoincidenceOptions, 'placeOf' | 'times'>,
  wave: 'P' | 'S' = 'P',
): number | undefined {
  const place = placeOf(part.station)
  if (!origin || !place) return undefined
  const seconds = (part.onset - origin.reference) / MICROS_PER_SECOND
  return residualOf({ place, seconds, uncertaintySeconds: 0 }, origin.source, times(), wave)
}

/** The miss of an onset as a part of what is allowed; undefined where nothing is predicted. */
export function missShare(part: Candidate, event: FormingEvent, options: CoincidenceOptions): number | undefined {
  const miss = missOf(part, event, options)
  const first = firstOf(counted(event.parts), options)
  if (miss === undefined || !first) return miss
  const later = (part.onset - first.onset) / MICROS_PER_SECOND
  return Math.abs(miss) / allowedMiss(options.toleranceSeconds, later, part.uncertaintySeconds)
}

/** What the event's origin explains of its onsets, comparable with the score of a group. */
export function eventScore({ parts, origin }: FormingEvent, { placeOf, times, toleranceSeconds }: CoincidenceOptions): number {
  const onsets = counted(parts)
  if (!origin) return onsets.length
  const arrivals = arrivalsOf(onsets, origin.reference, placeOf)
  return onsets.length - arrivals.length + scoreOf(arrivals, origin.source, toleranceSeconds, times())
}

/**
 * Whether most onsets came at one moment at stations so far apart that no wave from an earthquake reaches them together.
 * One pair can lie alike to an epicentre; as many as make an event hardly can.
 */
export function isSimultaneous(event: FormingEvent, options: CoincidenceOptions): boolean {
  const { simultaneousSeconds, apartKm } = options.veto
  const onsets = counted(event.parts).flatMap((part) => {
    const place = options.placeOf(part.station)
    return place ? [{ ...part, place }] : []
  })
  const fewest = Math.max(2, SIMULTANEOUS_SHARE * counted(event.parts).length)
  return onsets.some((first, i) => {
    const together = onsets.slice(i).filter(({ onset }) => onset - first.onset <= simultaneousSeconds * MICROS_PER_SECOND)
    if (together.length < fewest || !ruleMet(stationsOf(together), options)) return false
    return everyPairApart(together, apartKm)
  })
}

/** The event as it is published. */
export function published(event: FormingEvent, options: CoincidenceOptions): NetworkEvent {
  const { id, state, reason, revision, rule, origin, parts } = event
  const isOfUse = event.location !== undefined && event.location.ellipse.majorKm <= MOST_UNCERTAIN_KM
  const location = isOfUse ? event.location : undefined
  const onsets = counted(parts)
  const first = firstOf(onsets, options) ?? parts[0]!
  const epicentre = location && origin?.source.place
  const time = location && origin ? Math.round(origin.reference + origin.source.seconds * MICROS_PER_SECOND) : first.onset
  return {
    id,
    state,
    ...(reason !== undefined && { reason }),
    revision,
    time,
    firstOnset: first.onset,
    stations: onsets.length,
    rule,
    nearest: first.station,
    location: location ? { ...location, time } : null,
    members: parts.map(({ detection, station, instrument, onset, score, phase }) => {
      const place = options.placeOf(station)
      const miss = epicentre && missOf({ station, onset }, event, options, phase === 'S' ? 'S' : 'P')
      return {
        detection,
        station,
        instrument,
        onset,
        score,
        phase,
        residualSeconds: miss === undefined || !Number.isFinite(miss) ? null : rounded(miss, 3),
        distanceKm: epicentre && place ? rounded(distanceDegrees(epicentre, place) * KM_PER_DEGREE, 2) : null,
      }
    }),
  }
}

/**
 * An event is named after the detection that completes it.
 *
 * @param before events that are named after it already
 */
export function eventId({ onset, instrument }: Candidate, before: number): string {
  const name = `event-${formatMicros(onset).replace(/[-:]/g, '')}-${instrument}`
  return before === 0 ? name : `${name}-${before + 1}`
}

export function stationsOf(candidates: readonly Candidate[]): StationId[] {
  return candidates.map(({ station }) => station)
}

function everyPairApart(stations: readonly { readonly place: Place }[], apartKm: number): boolean {
  const farthest = Math.max(
    ...stations.flatMap(({ place }, i) => stations.slice(i + 1).map((other) => distanceDegrees(place, other.place))),
  )
  return farthest * KM_PER_DEGREE >= apartKm
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
