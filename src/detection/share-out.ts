import type { CoincidenceOptions } from './coincidence-options.ts'
import { contest } from './contest.ts'
import {
  byOnset,
  type Candidate,
  counted,
  type FormingEvent,
  located,
  missOf,
  missShare,
  type Part,
  ruleMet,
  stationsOf,
} from './forming-event.ts'

export interface Shares {
  readonly events: readonly FormingEvent[]
  readonly single: readonly Candidate[]
  /** Events that too few onsets are left for, as they were. */
  readonly left: readonly FormingEvent[]
}

/** Onsets change the location and the location the onsets: so often at most. */
const ROUNDS = 4
/** What is left over of a much larger event: so few onsets, … */
const MOST_LEFT_OVER = 3
/** … so many times fewer than it has, … */
const MUCH_LARGER = 3
/** … at least this part of them between its P and S, … */
const MOST_SHARE = 0.6
/** … give or take so many tolerances. */
const LOOSE = 2

/**
 * Shares the onsets of located events out anew: the event whose source explains most takes all that it predicts, the best one of the
 * rest follows, and so on. An earthquake that had begun as two events becomes one, also when the wrong one had grown larger, and what a
 * misread first onset has brought together comes apart. What nobody predicts stands alone again.
 *
 * @param single onsets of no event
 */
export function shareOut(events: readonly FormingEvent[], single: readonly Candidate[], options: CoincidenceOptions): Shares {
  let rest = events.filter(({ location }) => location)
  let free: readonly Candidate[] = [...single, ...rest.flatMap(({ parts }) => counted(parts).map(bare))].sort(byOnset)
  const shared = new Map<FormingEvent, FormingEvent>()
  const left: FormingEvent[] = []
  while (rest.length > 0) {
    const event = mostExplaining(rest, free, options)
    rest = rest.filter((each) => each !== event)
    const taken = takeAll(event, free, options)
    if (!taken || isFragment(counted(taken.parts), [...shared.values()], options)) {
      left.push(event)
      continue
    }
    const members = new Set(counted(taken.parts).map(({ detection }) => detection))
    free = free.filter(({ detection }) => !members.has(detection))
    shared.set(event, isSame(event, taken) ? event : taken)
  }
  const settled = contest({ events: [...shared.values()], free }, options)
  const kept = new Map(settled.events.map((event) => [event.id, event]))
  for (const event of shared.keys()) {
    const own = kept.get(event.id)
    if (own) shared.set(event, own)
    else left.push(event)
  }
  free = settled.free.map(bare)
  // Of those without a location only what another one has shaken apart is known.
  for (const event of events) {
    if (!event.location && isFragment(counted(event.parts), [...shared.values()], options)) {
      left.push(event)
      free = [...free, ...counted(event.parts).map(bare)].sort(byOnset)
    }
  }
  return {
    events: events.filter((event) => !left.includes(event)).map((event) => shared.get(event) ?? event),
    single: free,
    left,
  }
}

/**
 * Whether onsets are what a much larger event has left over: most came while its waves passed their stations, too far from what is
 * predicted to belong to it.
 */
export function isFragment(onsets: readonly Candidate[], others: readonly FormingEvent[], options: CoincidenceOptions): boolean {
  if (onsets.length > MOST_LEFT_OVER) return false
  return others.some((other) => {
    if (!other.location || counted(other.parts).length < onsets.length * MUCH_LARGER) return false
    return onsets.filter((onset) => isInWavesOf(onset, other, options)).length >= onsets.length * MOST_SHARE
  })
}

/** From a little before P to a little after S. */
function isInWavesOf(onset: Candidate, event: FormingEvent, options: CoincidenceOptions): boolean {
  const [p, s] = [missOf(onset, event, options, 'P'), missOf(onset, event, options, 'S')]
  const around = LOOSE * options.toleranceSeconds
  return p !== undefined && s !== undefined && p >= -around && s <= around
}

function mostExplaining(events: readonly FormingEvent[], free: readonly Candidate[], options: CoincidenceOptions): FormingEvent {
  const sorted = events.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const worth = sorted.map((event) => predicted(event, free, options).reduce((sum, { fit }) => sum + fit, 0))
  return sorted[worth.indexOf(Math.max(...worth))]!
}

/** @returns undefined when too few are left */
function takeAll(event: FormingEvent, free: readonly Candidate[], options: CoincidenceOptions): FormingEvent | undefined {
  let current = event
  for (let round = 0; round < ROUNDS; round++) {
    const rest = event.parts.filter(({ phase }) => phase !== 'P')
    const parts = [...rest, ...predicted(current, free, options).map(({ part }) => part)].sort(byOnset)
    const next = { ...current, parts }
    if (isSame(current, next)) return current
    if (!ruleMet(stationsOf(counted(parts)), options)) return undefined
    current = located(next, options)
  }
  return current
}

interface Prediction {
  readonly part: Part
  readonly miss: number
  /** 1: hits; 0: misses by all that is allowed. */
  readonly fit: number
}

/** Of each station the onset that misses the prediction least. */
function predicted(event: FormingEvent, free: readonly Candidate[], options: CoincidenceOptions): Prediction[] {
  const own = new Set(event.parts.map(({ detection }) => detection))
  const best = new Map<string, Prediction>()
  for (const candidate of free) {
    const miss = missShare(candidate, event, options)
    // Nothing is predicted for a station without coordinates: its onset stays where it is.
    if (miss === undefined ? !own.has(candidate.detection) : !(miss <= 1)) continue
    const found = best.get(candidate.station)
    const size = miss ?? 0
    if (found && found.miss <= size) continue
    best.set(candidate.station, { part: { ...bare(candidate), phase: 'P' }, miss: size, fit: 1 - size * size })
  }
  return [...best.values()]
}

function isSame(one: FormingEvent, other: FormingEvent): boolean {
  return one.parts.length === other.parts.length && one.parts.every(({ detection }, i) => other.parts[i]!.detection === detection)
}

function bare({ detection, station, instrument, onset, uncertaintySeconds, score }: Candidate): Candidate {
  return { detection, station, instrument, onset, uncertaintySeconds, score }
}
