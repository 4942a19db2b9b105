import type { CatalogueEvent } from '../domain/catalogue.ts'
import type { EventMember, NetworkEvent } from '../domain/network-event.ts'
import { distanceDegrees, KM_PER_DEGREE } from '../domain/place.ts'
import type { StationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { TimeSpan } from './catalogue-matching.ts'
import type { Wave } from './travel-times.ts'

/** A detection, whether an event took it or not. */
export interface DetectedOnset {
  /** Id of the detection. */
  readonly detection: string
  readonly station: StationId
  readonly onset: Micros
  readonly uncertaintySeconds: number
  /** Until then the station detects nothing else: the detection's end, or that of its dead time. */
  readonly busyUntil: Micros
}

export interface EventMatchInput {
  readonly catalogue: readonly CatalogueEvent[]
  /** Each as it was told last. Vetoed ones are not counted. */
  readonly events: readonly NetworkEvent[]
  readonly onsets: readonly DetectedOnset[]
  /** When each station had data. */
  readonly spans: ReadonlyMap<StationId, readonly TimeSpan[]>
  /** So many stations make an event. */
  readonly needed: number
  /** When a wave of a catalogued event reaches a station; undefined where one of both has no coordinates. */
  readonly arrivalOf: (event: CatalogueEvent, station: StationId, wave: Wave) => Micros | undefined
  /** An onset belongs to an arrival that it misses by no more than this and its own uncertainty. */
  readonly matchSeconds: number
  /** Where no arrival is predicted, an onset belongs to the last event that began no longer ago. */
  readonly withinSeconds: number
}

/**
 * What became of a catalogued event.
 *
 * Not told: `merged` with another one, which has most of its onsets; `not-associated` though enough stations had detected it; `busy`
 * when enough stations would have, had they not been detecting something else; otherwise `not-detected`.
 */
export type KnownFate = 'found' | 'split' | 'merged' | 'not-associated' | 'busy' | 'not-detected'

export interface KnownOutcome {
  readonly known: CatalogueEvent
  readonly fate: KnownFate
  /** Stations with an onset of its P. */
  readonly detectedBy: number
  /** Further stations that were detecting something else when it came. */
  readonly busyAt: number
  /** The events that it was told as, the one with most stations first. */
  readonly events: readonly NetworkEvent[]
}

/**
 * What an event of the monitor is. Most of its onsets are of one catalogued event, of which it is the `first` or `another`; or they are of
 * several (`mixed`); or they are of none in the catalogue (`unknown`).
 */
export type ToldKind = 'first' | 'another' | 'mixed' | 'unknown'

export interface ToldOutcome {
  readonly event: NetworkEvent
  readonly kind: ToldKind
}

export interface EventMatch {
  /** Catalogued events with data at as many stations as make an event. */
  readonly known: readonly KnownOutcome[]
  readonly withoutData: number
  readonly told: readonly ToldOutcome[]
  /** Onset minus predicted P, of those that events took and that have a clear onset, seconds. */
  readonly residuals: readonly number[]
}

/**
 * Compares network events with a catalogue by the onsets they are made of: each onset belongs to the catalogued event whose P (else S)
 * it misses least, and each event to the one that more than half of its counted onsets belong to.
 */
export function matchEvents(input: EventMatchInput): EventMatch {
  const withData = input.catalogue
    .filter((known) => hasData(known, input))
    .sort((a, b) => a.time - b.time || (b.magnitude ?? -99) - (a.magnitude ?? -99))
  const owners = new Map(input.onsets.map((onset) => [onset.detection, ownerOf(onset, withData, input)]))
  const events = input.events.filter(({ state }) => state !== 'vetoed').sort(byStations)
  const knownOf = new Map(events.map((event) => [event, majority(event, owners)]))
  const known = withData.map((each) => outcomeOf(each, events, knownOf, owners, input))
  const first = new Set(known.map((each) => each.events[0]))
  return {
    known,
    withoutData: input.catalogue.length - withData.length,
    told: events.sort(byTime).map((event) => ({ event, kind: kindOf(event, knownOf.get(event), first, owners) })),
    residuals: residualsOf(events, owners, input),
  }
}

interface Owner {
  readonly known: CatalogueEvent
  readonly wave: Wave
}

type Owners = ReadonlyMap<string, Owner | undefined>

function ownerOf(onset: DetectedOnset, catalogue: readonly CatalogueEvent[], input: EventMatchInput): Owner | undefined {
  for (const wave of ['P', 'S'] as const) {
    let best: { readonly known: CatalogueEvent; readonly miss: number } | undefined
    for (const known of catalogue) {
      const miss = missOf(onset, known, wave, input)
      if (miss !== undefined && (!best || miss < best.miss)) best = { known, miss }
    }
    if (best) return { known: best.known, wave }
  }
  return undefined
}

/** Seconds; undefined: the onset is not of this event. */
function missOf(
  { station, onset, uncertaintySeconds }: DetectedOnset,
  known: CatalogueEvent,
  wave: Wave,
  { arrivalOf, matchSeconds, withinSeconds }: EventMatchInput,
): number | undefined {
  const arrival = arrivalOf(known, station, wave)
  if (arrival !== undefined) {
    const miss = Math.abs(onset - arrival) / MICROS_PER_SECOND
    return miss <= matchSeconds + uncertaintySeconds ? miss : undefined
  }
  const after = (onset - known.time) / MICROS_PER_SECOND
  return wave === 'P' && after >= -matchSeconds && after <= withinSeconds ? Math.max(0, after) : undefined
}

function outcomeOf(
  known: CatalogueEvent,
  events: readonly NetworkEvent[],
  knownOf: ReadonlyMap<NetworkEvent, CatalogueEvent | undefined>,
  owners: Owners,
  input: EventMatchInput,
): KnownOutcome {
  const own = events.filter((event) => knownOf.get(event) === known)
  const isOwn = ({ detection }: { detection: string }) => isP(owners.get(detection), known)
  const detected = new Set(input.onsets.filter(isOwn).map(({ station }) => station))
  const busy = new Set(
    input.onsets.filter((onset) => !detected.has(onset.station) && isBusyAt(onset, known, input)).map(({ station }) => station),
  )
  const others = events.map((event) => counted(event).filter(isOwn).length)
  const fate = ((): KnownFate => {
    if (own.length > 0) return own.length === 1 ? 'found' : 'split'
    if (detected.size >= input.needed) return Math.max(...others, 0) * 2 >= detected.size ? 'merged' : 'not-associated'
    return detected.size + busy.size >= input.needed ? 'busy' : 'not-detected'
  })()
  return { known, fate, detectedBy: detected.size, busyAt: busy.size, events: own }
}

function isBusyAt({ station, onset, busyUntil }: DetectedOnset, known: CatalogueEvent, { arrivalOf }: EventMatchInput): boolean {
  const arrival = arrivalOf(known, station, 'P') ?? known.time
  return onset <= arrival && arrival <= busyUntil
}

function kindOf(
  event: NetworkEvent,
  known: CatalogueEvent | undefined,
  first: ReadonlySet<NetworkEvent | undefined>,
  owners: Owners,
): ToldKind {
  if (known) return first.has(event) ? 'first' : 'another'
  const all = counted(event)
  const explained = all.filter(({ detection }) => owners.get(detection)?.wave === 'P').length
  return explained * 2 > all.length ? 'mixed' : 'unknown'
}

function majority(event: NetworkEvent, owners: Owners): CatalogueEvent | undefined {
  const all = counted(event)
  const known = all.flatMap(({ detection }) => {
    const owner = owners.get(detection)
    return owner?.wave === 'P' ? [owner.known] : []
  })
  return known.find((each) => known.filter((other) => other === each).length * 2 > all.length)
}

function residualsOf(
  events: readonly NetworkEvent[],
  owners: Owners,
  { onsets, arrivalOf, matchSeconds }: EventMatchInput,
): number[] {
  const clear = new Map(
    onsets.filter(({ uncertaintySeconds }) => uncertaintySeconds <= matchSeconds).map((onset) => [onset.detection, onset]),
  )
  return events.flatMap((event) =>
    counted(event).flatMap(({ detection }) => {
      const [onset, owner] = [clear.get(detection), owners.get(detection)]
      const arrival = onset && owner?.wave === 'P' ? arrivalOf(owner.known, onset.station, 'P') : undefined
      return onset && arrival !== undefined ? [(onset.onset - arrival) / MICROS_PER_SECOND] : []
    }),
  )
}

/** Epicentre and origin time of the monitor beside those of the catalogue; undefined where one of them has none. */
export function locationError(
  known: CatalogueEvent,
  { location }: NetworkEvent,
): { readonly km: number; readonly seconds: number; readonly isWithinEllipse: boolean } | undefined {
  if (!location || !known.place) return undefined
  const km = distanceDegrees(location, known.place) * KM_PER_DEGREE
  return { km, seconds: (location.time - known.time) / MICROS_PER_SECOND, isWithinEllipse: km <= location.ellipse.majorKm }
}

function hasData(known: CatalogueEvent, { spans, needed, arrivalOf }: EventMatchInput): boolean {
  const seeing = [...spans].filter(([station, all]) => {
    const time = arrivalOf(known, station, 'P') ?? known.time
    return all.some(({ start, end }) => start <= time && time <= end)
  })
  return seeing.length >= needed
}

function counted({ members }: NetworkEvent): readonly EventMember[] {
  return members.filter(({ phase }) => phase === 'P')
}

function isP(owner: Owner | undefined, known: CatalogueEvent): boolean {
  return owner?.wave === 'P' && owner.known === known
}

function byStations(a: NetworkEvent, b: NetworkEvent): number {
  return b.stations - a.stations || byTime(a, b)
}

function byTime(a: NetworkEvent, b: NetworkEvent): number {
  return a.firstOnset - b.firstOnset || (a.id < b.id ? -1 : 1)
}
