import { distanceDegrees } from '../domain/place.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import type { CoincidenceOptions } from './coincidence-options.ts'
import { byOnset, type Candidate, counted, type FormingEvent, missOf, missShare, type Part } from './forming-event.ts'

/** Waves are followed no longer than this, however wide the network: then an event closes. */
const LONGEST_SPAN_SECONDS = 900

/** The event whose prediction the onset misses least, as a part of what is allowed; undefined where it misses all by more. */
export function bestPredicting(
  onset: Candidate,
  phase: 'P' | 'S',
  events: readonly FormingEvent[],
  options: CoincidenceOptions,
): FormingEvent | undefined {
  let best: { readonly event: FormingEvent; readonly share: number } | undefined
  for (const event of events) {
    if (event.parts.some(({ station }) => station === onset.station)) continue
    const share = phase === 'P' ? shareOfP(onset, event, options) : shareOfS(onset, event, options)
    if (share !== undefined && share <= 1 && (!best || share < best.share)) best = { event, share }
  }
  return best?.event
}

/** By how much an onset misses the event's P, as a part of what is allowed; 0 inside the fixed window, where that is all there is to go by. */
function shareOfP(onset: Candidate, event: FormingEvent, options: CoincidenceOptions): number | undefined {
  const share = missShare(onset, event, options)
  if (share !== undefined || options.placeOf(onset.station)) return share
  const first = event.parts[0]!.onset
  return onset.onset - first <= options.withinSeconds * MICROS_PER_SECOND ? 0 : undefined
}

/** The same of S; undefined while the event is not located. */
function shareOfS(onset: Candidate, event: FormingEvent, options: CoincidenceOptions): number | undefined {
  const miss = event.location && missOf(onset, event, options, 'S')
  return miss === undefined ? undefined : Math.abs(miss) / options.toleranceSeconds
}

/** Whether another instrument of one of the event's stations saw the same. */
export function isCompanion(onset: Candidate, { parts }: FormingEvent, { toleranceSeconds }: CoincidenceOptions): boolean {
  const near = toleranceSeconds * MICROS_PER_SECOND
  return counted(parts).some(
    ({ station, instrument, onset: time }) =>
      station === onset.station && instrument !== onset.instrument && Math.abs(onset.onset - time) <= near,
  )
}

export function withPart(parts: readonly Part[], part: Part): readonly Part[] {
  return [...parts, part].sort(byOnset)
}

/** How long after the first onset the last one can come: an S wave all across the network. */
export function spanSeconds({ places, withinSeconds, toleranceSeconds, times }: CoincidenceOptions): number {
  const farthest = Math.max(0, ...places.flatMap((place, i) => places.slice(i + 1).map((other) => distanceDegrees(place, other))))
  const across = farthest === 0 ? 0 : times().seconds('S', farthest, 0)
  return Math.min(LONGEST_SPAN_SECONDS, Math.max(withinSeconds, across)) + toleranceSeconds
}
