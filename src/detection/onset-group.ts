import { distanceDegrees } from '../domain/place.ts'
import type { StationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import type { CoincidenceOptions } from './coincidence-options.ts'
import { arrivalsOf, byOnset, type Candidate, type TimedSource } from './forming-event.ts'
import { findSource } from './source-finder.ts'
import { FARTHEST_DEGREES } from './travel-times.ts'

/** Onsets of different stations that may have one origin. */
export interface OnsetGroup {
  readonly candidates: readonly Candidate[]
  /** What they fit; absent while there is nothing to fit. */
  readonly origin?: TimedSource
  /** What the origin explains; without one the number of onsets. */
  readonly score: number
}

/** Onsets that are tried together: the nearest in time. */
const MOST_TRIED = 24

/**
 * The onset with those of others (one per station) that may belong to it: a wave can travel from one to the other in the time
 * between them, and one source explains them all. Where coordinates are missing, the fixed window stands for both.
 *
 * @param isWorth false for onsets of which no part is of use: then there is no search
 */
export function groupWith(
  onset: Candidate,
  others: readonly Candidate[],
  options: CoincidenceOptions,
  isWorth: (candidates: readonly Candidate[]) => boolean,
): OnsetGroup {
  const { placeOf, times, toleranceSeconds } = options
  const near = onePerStation(
    onset,
    others.filter((other) => other.station !== onset.station && isNear(onset, other, options)),
  )
  if (!isWorth([...near, onset])) return { candidates: [onset], score: 0 }
  const hasPlace = ({ station }: Candidate) => placeOf(station) !== undefined
  const unplaced = near.filter((candidate) => !hasPlace(candidate))
  const placed = near.filter(hasPlace)
  // Two onsets always fit a source; there is nothing to search for.
  if (!hasPlace(onset) || placed.length < 2) return { candidates: [...near, onset], score: near.length + 1 }
  const arrivals = arrivalsOf([...placed, onset], onset.onset, placeOf)
  const found = findSource(arrivals, arrivals.length - 1, toleranceSeconds, times())
  if (!found) return { candidates: [...unplaced, onset], score: unplaced.length + 1 }
  const fitting = found.fitting.map((i) => arrivals[i]!.candidate)
  const origin = { reference: onset.onset, source: found.source }
  return { candidates: [...unplaced, ...fitting], origin, score: unplaced.length + found.score }
}

/** Whether a P wave can have passed both stations in this time: none takes longer than the one from one to the other. */
function isNear(
  one: Candidate,
  other: Candidate,
  { placeOf, times, toleranceSeconds, withinSeconds }: CoincidenceOptions,
): boolean {
  const seconds = Math.abs(one.onset - other.onset) / MICROS_PER_SECOND
  const [place, otherPlace] = [placeOf(one.station), placeOf(other.station)]
  if (!place || !otherPlace) return seconds <= withinSeconds
  const degrees = Math.min(FARTHEST_DEGREES - 1, distanceDegrees(place, otherPlace))
  const unsure = one.uncertaintySeconds + other.uncertaintySeconds
  return seconds <= times().seconds('P', degrees, 0) + toleranceSeconds + unsure
}

/** Of each station the onset nearest in time; of all of them the nearest few. */
function onePerStation(onset: Candidate, others: readonly Candidate[]): readonly Candidate[] {
  const away = ({ onset: time }: Candidate) => Math.abs(onset.onset - time)
  const nearest = new Map<StationId, Candidate>()
  for (const other of others.toSorted((a, b) => away(a) - away(b) || byOnset(a, b))) {
    if (nearest.size === MOST_TRIED) break
    if (!nearest.has(other.station)) nearest.set(other.station, other)
  }
  return [...nearest.values()].sort(byOnset)
}
