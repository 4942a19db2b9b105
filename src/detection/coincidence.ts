import type { Detection } from '../domain/detection.ts'
import type { CoincidenceOutput } from '../domain/network-event.ts'
import type { StationId } from '../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { CoincidenceOptions } from './coincidence-options.ts'
import {
  byOnset,
  type Candidate,
  counted,
  eventId,
  eventScore,
  type FormingEvent,
  isDoubtful,
  isLocationDue,
  isSimultaneous,
  located,
  type Part,
  published,
  ruleMet,
  stationsOf,
} from './forming-event.ts'
import { bestPredicting, isCompanion, spanSeconds, withPart } from './joining.ts'
import { groupWith, type OnsetGroup } from './onset-group.ts'
import { isFragment, shareOut } from './share-out.ts'
import { Watermark, type WatermarkState } from './watermark.ts'

/** Plain data; what a restart brings back. */
export interface CoincidenceState {
  readonly watermark: WatermarkState
  readonly waiting: readonly Candidate[]
  readonly single: readonly Candidate[]
  readonly events: readonly FormingEvent[]
  /** Onsets that have named an event, once for each: one that it let go may complete another. Absent in older states. */
  readonly named?: readonly Candidate[]
}

type Emit = (output: CoincidenceOutput) => void

/** One station alone moves no watermark: what it detects is not kept for ever. */
const MOST_WAITING = 1000
/** An event with more onsets stands: new ones join where it predicts them. */
const SETTLED = 20
/** Another source must explain so much more, in onsets, to take the place of the one that is known. */
const WORTH_CHANGING = 0.5
/** So many onsets with the moveout of P are no S of another event. */
const SURELY_P = 5

/**
 * Network events from the detections of many stations, on data time.
 *
 * Onsets wait until the watermark, `holdSeconds` behind what two stations have reached, has passed them; then they are judged in
 * the order of their times. So their order of arrival decides nothing, and events are the same live, replayed and restarted. An
 * onset joins the event that predicts it, or makes a small event explain more, or opens one with others that stand alone. An event
 * opens when a rule is met by onsets that one source explains (or that lie in the fixed window, where coordinates are missing).
 */
export class Coincidence {
  readonly #options: CoincidenceOptions
  readonly #watermark: Watermark
  readonly #spanMicros: Micros
  /** Not judged yet, by onset. */
  #waiting: Candidate[]
  /** Judged, in no event; by onset. */
  #single: Candidate[]
  #events: FormingEvent[]
  /** See `CoincidenceState`. */
  #named: Candidate[]
  /** Let go by events while one onset is placed. */
  #freed: Candidate[] = []
  /** Data time at which there is something to do. */
  #due = Number.POSITIVE_INFINITY

  constructor(options: CoincidenceOptions, state?: CoincidenceState) {
    this.#options = options
    this.#watermark = new Watermark(state?.watermark)
    this.#spanMicros = spanSeconds(options) * MICROS_PER_SECOND
    this.#waiting = [...(state?.waiting ?? [])]
    this.#single = [...(state?.single ?? [])]
    this.#events = [...(state?.events ?? [])]
    this.#named = [...(state?.named ?? [])]
    this.#schedule()
  }

  /** The station has data up to this time. */
  advance(station: StationId, time: Micros, emit: Emit): void {
    this.#watermark.advance(station, time)
    if (this.#watermark.time >= this.#due) this.#judge(this.#judgedUntil, emit)
  }

  /** Only what a detection says when it opens is used: when it closes depends on what comes later. */
  push(detection: Detection, emit: Emit): void {
    if (detection.state !== 'open') return
    const { id, station, instrument, onset, peak, quality } = detection
    const late = this.#judgedUntil - onset.time
    if (late >= 0) {
      const lateSeconds = late / MICROS_PER_SECOND
      emit({ kind: 'left-out', detection: id, instrument, onset: onset.time, reason: 'late', lateSeconds })
      return
    }
    if (this.#waiting.some((candidate) => candidate.detection === id)) return
    const { time, uncertaintySeconds } = onset
    const candidate = { detection: id, station, instrument, onset: time, uncertaintySeconds, score: peak.score }
    this.#waiting.push({ ...candidate, ...(quality.isRetriggered && { isRetriggered: true }) })
    this.#waiting = this.#waiting.sort(byOnset).slice(-MOST_WAITING)
    this.#schedule()
  }

  /** The end of the data: everything is judged and closed. */
  end(emit: Emit): void {
    this.#judge(Number.POSITIVE_INFINITY, emit)
  }

  snapshot(): CoincidenceState {
    return {
      watermark: this.#watermark.snapshot(),
      waiting: [...this.#waiting],
      single: [...this.#single],
      events: [...this.#events],
      named: [...this.#named],
    }
  }

  get #judgedUntil(): Micros {
    return this.#watermark.time - this.#options.holdSeconds * MICROS_PER_SECOND
  }

  #schedule(): void {
    const next = Math.min(this.#waiting[0]?.onset ?? Number.POSITIVE_INFINITY, ...this.#events.map(({ closesAt }) => closesAt))
    this.#due = next + this.#options.holdSeconds * MICROS_PER_SECOND
  }

  #judge(until: Micros, emit: Emit): void {
    for (let next = this.#waiting[0]; next && next.onset <= until; next = this.#waiting[0]) {
      this.#closeUntil(next.onset, emit)
      this.#waiting.shift()
      this.#place(next, emit)
    }
    this.#closeUntil(until, emit)
    this.#schedule()
  }

  #closeUntil(time: Micros, emit: Emit): void {
    const over = this.#events
      .filter(({ closesAt }) => closesAt <= time)
      .sort((a, b) => a.closesAt - b.closesAt || (a.id < b.id ? -1 : 1))
    for (const event of over) {
      this.#events = this.#events.filter((each) => each !== event)
      const last = located(event, this.#options)
      // A vetoed event has been told already; it says more only when more stations have joined.
      if (last.state !== 'vetoed') this.#tell({ ...last, state: 'closed' }, emit)
      else if (counted(last.parts).length !== event.locatedWith) this.#tell(last, emit)
    }
  }

  #place(onset: Candidate, emit: Emit): void {
    const isRecent = ({ onset: time }: Candidate) => onset.onset - time <= this.#spanMicros
    this.#single = this.#single.filter(isRecent)
    this.#named = this.#named.filter(isRecent)
    const isPlaced =
      this.#joinOwnStation(onset) ||
      this.#joinPredicted(onset, 'P', emit) ||
      this.#growSmall(onset, emit) ||
      this.#joinPredicted(onset, 'S', emit) ||
      this.#open(onset, emit)
    if (!isPlaced) this.#single.push(onset)
    this.#placeFreed(emit)
  }

  /** What an event has let go may open one of its own. */
  #placeFreed(emit: Emit): void {
    const freed = this.#freed
    this.#freed = []
    for (const onset of freed) {
      const isSingle = this.#single.some(({ detection }) => detection === onset.detection)
      if (!isSingle) continue
      this.#single = this.#single.filter(({ detection }) => detection !== onset.detection)
      if (!this.#open(onset, emit)) this.#single = [...this.#single, onset].sort(byOnset)
    }
    this.#freed = []
  }

  /** Another instrument of a station that is in an event: no new station, no news. */
  #joinOwnStation(onset: Candidate): boolean {
    const event = this.#events.find((each) => isCompanion(onset, each, this.#options))
    if (!event) return false
    this.#replace(event, { ...event, parts: withPart(event.parts, { ...onset, phase: 'other' }) })
    return true
  }

  #joinPredicted(onset: Candidate, phase: 'P' | 'S', emit: Emit): boolean {
    const event = bestPredicting(onset, phase, this.#events, this.#options)
    if (!event) return false
    const joined = { ...event, parts: withPart(event.parts, { ...onset, phase }) }
    if (phase === 'P') this.#revise(event, joined, emit)
    else this.#replace(event, joined)
    return true
  }

  /** While an event is small its first onsets may be misread: another source may explain more of them together with the new one. */
  #growSmall(onset: Candidate, emit: Emit): boolean {
    let best: { readonly event: FormingEvent; readonly group: OnsetGroup } | undefined
    for (const event of this.#events) {
      const own = counted(event.parts)
      if (own.length >= SETTLED || own.some(({ station }) => station === onset.station)) continue
      const isMore = (candidates: readonly Candidate[]) => candidates.length > own.length
      const group = groupWith(onset, [...this.#single, ...own], this.#options, isMore)
      const kept = group.candidates.filter(({ detection }) => own.some((part) => part.detection === detection))
      const isBetter = group.score >= eventScore(event, this.#options) + WORTH_CHANGING
      if (!isBetter || kept.length * 2 < own.length) continue
      if (!best || group.score > best.group.score) best = { event, group }
    }
    if (!best) return false
    const { event, group } = best
    const members = new Set(group.candidates.map(({ detection }) => detection))
    const gone = counted(event.parts).filter(({ detection }) => !members.has(detection))
    const parts = group.candidates.reduce<readonly Part[]>(
      (all, candidate) => withPart(all, { ...candidate, phase: 'P' }),
      event.parts.filter(({ phase }) => phase !== 'P'),
    )
    this.#freed.push(...gone)
    this.#single = [...this.#single.filter(({ detection }) => !members.has(detection)), ...gone].sort(byOnset)
    this.#revise(event, { ...event, parts, ...(group.origin && { origin: group.origin }) }, emit)
    return true
  }

  /** Onsets that an event has taken for S may help to open another: when most of that one are free, or so many that no S looks like it. */
  #open(onset: Candidate, emit: Emit): boolean {
    const late = this.#events.flatMap(({ parts }) => parts.filter(({ phase }) => phase === 'S'))
    const ruleOf = (candidates: readonly Candidate[]) => ruleMet(stationsOf(candidates), this.#options)
    const group = groupWith(onset, [...this.#single, ...late], this.#options, (all) => ruleOf(all) !== undefined)
    const rule = ruleOf(group.candidates)
    const members = new Set(group.candidates.map(({ detection }) => detection))
    const taken = late.filter(({ detection }) => members.has(detection))
    if (!rule || (taken.length * 2 > members.size && group.score < SURELY_P)) return false
    if (isFragment(group.candidates, this.#events, this.#options) || isDoubtful(group.candidates, this.#options)) return false
    const isFree = ({ detection }: Candidate) => !members.has(detection)
    this.#single = this.#single.filter(isFree)
    if (taken.length > 0) this.#events = this.#events.map((event) => ({ ...event, parts: event.parts.filter(isFree) }))
    const parts = [...group.candidates].sort(byOnset).map((candidate) => ({ ...candidate, phase: 'P' as const }))
    const event: FormingEvent = {
      id: eventId(onset, this.#named.filter(({ detection }) => detection === onset.detection).length),
      rule: rule.name,
      parts,
      ...(group.origin && { origin: group.origin }),
      locatedWith: 0,
      closesAt: parts[0]!.onset + this.#spanMicros,
      revision: 0,
      state: 'open',
    }
    this.#named.push(onset)
    this.#events.push(event)
    this.#revise(event, event, emit)
    return true
  }

  /** A changed event: located anew when that is due, and told; events that overlap share their onsets out anew. */
  #revise(old: FormingEvent, changed: FormingEvent, emit: Emit): void {
    if (!isLocationDue(changed)) {
      this.#replace(old, changed)
      return
    }
    this.#replace(old, located(this.#withCompanions(changed), this.#options))
    const { events, single, left } = shareOut(this.#events, this.#single, this.#options)
    // Told with the members it had: it says what is taken back. What was never told is not.
    for (const event of left.filter(({ revision }) => revision > 0))
      this.#tell({ ...event, state: 'vetoed', reason: 'members-left' }, emit)
    const known = this.#events
    const before = new Set(this.#single)
    this.#freed.push(...single.filter((onset) => !before.has(onset)))
    this.#single = [...single]
    this.#events = events.map((event) =>
      event.id !== changed.id && known.includes(event) ? event : this.#tell(this.#judged(event), emit),
    )
  }

  /** Other instruments of its stations that saw the same before there was an event. */
  #withCompanions(event: FormingEvent): FormingEvent {
    const companions = this.#single.filter((onset) => isCompanion(onset, event, this.#options))
    if (companions.length === 0) return event
    this.#single = this.#single.filter((onset) => !companions.includes(onset))
    return { ...event, parts: companions.reduce((parts, each) => withPart(parts, { ...each, phase: 'other' }), event.parts) }
  }

  /** Vetoed, or no longer. */
  #judged({ reason: _reason, ...event }: FormingEvent): FormingEvent {
    const rule = ruleMet(stationsOf(counted(event.parts)), this.#options)?.name ?? event.rule
    if (isSimultaneous(event, this.#options)) return { ...event, rule, state: 'vetoed', reason: 'simultaneous-onsets' }
    return { ...event, rule, state: 'open' }
  }

  #replace(old: FormingEvent, changed: FormingEvent): void {
    this.#events = this.#events.map((event) => (event === old ? changed : event))
  }

  #tell(event: FormingEvent, emit: Emit): FormingEvent {
    const next = { ...event, revision: event.revision + 1 }
    emit({ kind: 'event', event: published(next, this.#options) })
    return next
  }
}
