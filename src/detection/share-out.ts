import type { CoincidenceOptions } from './coincidence-options.ts'
import {
  byOnset,
  type Candidate,
  counted,
  type FormingEvent,
  located,
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

/**
 * Shares the onsets of located events out anew: the largest event takes all that it predicts, the next one of the rest, and so on. An
 * earthquake that had begun as two events becomes one, and what a misread first onset has brought together comes apart. What nobody
 * predicts stands alone again.
 *
 * @param single onsets of no event
 */
export function shareOut(events: readonly FormingEvent[], single: readonly Candidate[], options: CoincidenceOptions): Shares {
  const bySize = events
    .filter(({ location }) => location)
    .sort((a, b) => counted(b.parts).length - counted(a.parts).length || (a.id < b.id ? -1 : 1))
  let free: readonly Candidate[] = [...single, ...bySize.flatMap(({ parts }) => counted(parts).map(bare))].sort(byOnset)
  const shared = new Map<FormingEvent, FormingEvent>()
  for (const event of bySize) {
    const taken = takeAll(event, free, options)
    if (!taken) continue
    const members = new Set(counted(taken.parts).map(({ detection }) => detection))
    free = free.filter(({ detection }) => !members.has(detection))
    shared.set(event, isSame(event, taken) ? event : taken)
  }
  const isLeft = (event: FormingEvent) => event.location !== undefined && !shared.has(event)
  return {
    events: events.filter((event) => !isLeft(event)).map((event) => shared.get(event) ?? event),
    single: free,
    left: bySize.filter(isLeft),
  }
}

/** @returns undefined when too few are left */
function takeAll(event: FormingEvent, free: readonly Candidate[], options: CoincidenceOptions): FormingEvent | undefined {
  let current = event
  for (let round = 0; round < ROUNDS; round++) {
    const rest = event.parts.filter(({ phase }) => phase !== 'P')
    const parts = [...rest, ...predicted(current, free, options)].sort(byOnset)
    const next = { ...current, parts }
    if (isSame(current, next)) return current
    if (!ruleMet(stationsOf(counted(parts)), options)) return undefined
    current = located(next, options)
  }
  return current
}

/** Of each station the onset that misses the prediction least. */
function predicted(event: FormingEvent, free: readonly Candidate[], options: CoincidenceOptions): Part[] {
  const own = new Set(event.parts.map(({ detection }) => detection))
  const best = new Map<string, { readonly part: Part; readonly miss: number }>()
  for (const candidate of free) {
    const miss = missShare(candidate, event, options)
    // Nothing is predicted for a station without coordinates: its onset stays where it is.
    if (miss === undefined ? !own.has(candidate.detection) : !(miss <= 1)) continue
    const found = best.get(candidate.station)
    const size = miss ?? 0
    if (!found || size < found.miss) best.set(candidate.station, { part: { ...bare(candidate), phase: 'P' }, miss: size })
  }
  return [...best.values()].map(({ part }) => part)
}

function isSame(one: FormingEvent, other: FormingEvent): boolean {
  return one.parts.length === other.parts.length && one.parts.every(({ detection }, i) => other.parts[i]!.detection === detection)
}

function bare({ detection, station, instrument, onset, uncertaintySeconds, score }: Candidate): Candidate {
  return { detection, station, instrument, onset, uncertaintySeconds, score }
}
