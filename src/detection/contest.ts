import type { CoincidenceOptions } from './coincidence-options.ts'
import {
  byOnset,
  type Candidate,
  counted,
  eventScore,
  type FormingEvent,
  located,
  missShare,
  ruleMet,
  stationsOf,
} from './forming-event.ts'

export interface Contest {
  readonly events: readonly FormingEvent[]
  /** Onsets of no event. */
  readonly free: readonly Candidate[]
}

/** Onsets change the location and the location the onsets: so often at most. */
const ROUNDS = 4

/** With an event as much more must be explained than without it, in onsets. */
const WORTH_AN_EVENT = 1.5

/** An onset that a much larger event predicts is its own, unless it misses it by so much more, as a part of what is allowed. */
const MISSES_MORE = 0.4
const MUCH_LARGER = 4

/**
 * Earthquakes that come together see to it that the event which takes its onsets first takes some of the others', and lies where
 * neither was. So each onset goes to the event that misses it least, all are located anew, and so on. What comes out counts only when
 * the events together explain more than before; and an event without which the others explain nearly as much is none.
 *
 * @param before located events, and onsets of none
 */
export function contest(before: Contest, options: CoincidenceOptions): Contest {
  const rivals = before.events.filter((event) => isContested(event, before.events, options))
  if (rivals.length === 0) return before
  const settled = settle(before, options)
  let best = settled && worth(settled, options) > worth(before, options) ? settled : before
  for (const { id } of rivals) {
    const without = settle(withoutEvent(best, id), options)
    if (without && worth(without, options) > worth(best, options) - WORTH_AN_EVENT) best = without
  }
  return best
}

/** @returns undefined when an event has too few onsets left */
function settle(before: Contest, options: CoincidenceOptions): Contest | undefined {
  let now = before
  for (let round = 0; round < ROUNDS; round++) {
    const next = dealt(now, options)
    if (!next) return undefined
    const events = next.events.map((event, i) => (isSame(event, now.events[i]!) ? now.events[i]! : located(event, options)))
    const isSettled = events.every((event, i) => event === now.events[i])
    now = { events, free: next.free }
    if (isSettled) break
  }
  return now
}

function withoutEvent({ events, free }: Contest, id: string): Contest {
  const gone = events.filter((event) => event.id === id)
  return {
    events: events.filter((event) => event.id !== id),
    free: [...free, ...gone.flatMap(({ parts }) => counted(parts))].sort(byOnset),
  }
}

function isContested(event: FormingEvent, all: readonly FormingEvent[], options: CoincidenceOptions): boolean {
  return all.some((other) => other !== event && counted(event.parts).some((onset) => isPredicted(onset, other, options)))
}

/**
 * Each onset with the event that misses it least, one of each station in an event; where one of these is much larger, it is likelier of
 * that one: nearly every station sees a large earthquake.
 *
 * @returns undefined when an event has too few
 */
function dealt({ events, free }: Contest, options: CoincidenceOptions): Contest | undefined {
  const onsets = [...free, ...events.flatMap(({ parts }) => counted(parts))]
  const sizes = events.map(({ parts }) => counted(parts).length)
  const bids = onsets
    .flatMap((onset) => {
      const shares = events.map((event) => missShare(onset, event, options) ?? Number.POSITIVE_INFINITY)
      const isOutbid = (index: number) =>
        shares.some((share, i) => share <= Math.min(1, shares[index]! + MISSES_MORE) && sizes[i]! >= sizes[index]! * MUCH_LARGER)
      return shares.map((share, index) => ({ onset, index, share: isOutbid(index) ? Number.POSITIVE_INFINITY : share }))
    })
    .filter(({ share }) => share <= 1)
    .sort((a, b) => a.share - b.share || byOnset(a.onset, b.onset) || a.index - b.index)
  const dealtOut = new Set<string>()
  const hands = events.map(() => new Map<string, Candidate>())
  for (const { onset, index } of bids) {
    const hand = hands[index]!
    if (dealtOut.has(onset.detection) || hand.has(onset.station)) continue
    dealtOut.add(onset.detection)
    hand.set(onset.station, onset)
  }
  const next = events.map((event, index) => {
    const own = [...hands[index]!.values()].map((onset) => ({ ...onset, phase: 'P' as const }))
    // Nothing is predicted for stations without coordinates: their onsets stay.
    const stay = event.parts.filter((part) => part.phase !== 'P' || missShare(part, event, options) === undefined)
    return { ...event, parts: [...stay, ...own].sort(byOnset) }
  })
  if (next.some(({ parts }) => !ruleMet(stationsOf(counted(parts)), options))) return undefined
  return { events: next, free: onsets.filter(({ detection }) => !dealtOut.has(detection)) }
}

function isPredicted(onset: Candidate, event: FormingEvent, options: CoincidenceOptions): boolean {
  return (missShare(onset, event, options) ?? Number.POSITIVE_INFINITY) <= 1
}

function worth({ events }: Contest, options: CoincidenceOptions): number {
  return events.reduce((sum, event) => sum + eventScore(event, options), 0)
}

function isSame(one: FormingEvent, other: FormingEvent): boolean {
  return one.parts.length === other.parts.length && one.parts.every(({ detection }, i) => other.parts[i]!.detection === detection)
}
