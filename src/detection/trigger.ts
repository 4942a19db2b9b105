import type { Detection } from '../domain/detection.ts'
import { type InstrumentId, stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import { type Arrival, ONSET_FLOOR, type ScoredPiece, type ScoredWindow } from '../domain/window.ts'
import {
  growRise,
  lowerRise,
  type Rise,
  type RiseContext,
  type RiseOptions,
  type Snippet,
  snippetOf,
  startRise,
  windowEnd,
} from './rise.ts'

/** Thresholds are probabilities; times are data time. */
export interface TriggerOptions extends RiseOptions {
  /** A window at or above it starts a detection. */
  readonly on: number
  /** Below it the detection ends. */
  readonly off: number
  /** The score must have stayed up this long (window end to window end) before the detection is published. */
  readonly minimumSeconds: number
  /** A detection is closed after this long, whatever the score. */
  readonly maximumSeconds: number
  /** No new detection starts until this long after the last one started; at least the window, so that one P never triggers twice. */
  readonly deadSeconds: number
  /**
   * A published detection stays open at least this long after it started: a score that is up again by then, as with S, is part of
   * it; otherwise it closes then, as of when the score fell. 0: with the first window below `off`. Antelope's `det_tmin`.
   */
  readonly holdSeconds: number
  /**
   * An arrival with at least this power ratio, in a window with score ≥ on, is another earthquake: what is open ends, and a detection
   * begins whatever the dead time. 0: never. As the minimum amplitude offset of a picker, which lets a large P through its dead time.
   */
  readonly retriggerRatio: number
  /** Sooner after the arrival that the detection before it began with, another belongs to that one, as S. */
  readonly retriggerSeconds: number
  /** Model name with its short hash, part of every id. */
  readonly model: string
  /** Hash of what can change a score or a trigger. */
  readonly config: string
}

export type TriggerOutput =
  | {
      readonly kind: 'detection'
      readonly detection: Detection
      readonly snippet: Snippet
      readonly peakWindow: Snippet
      /** Of the samples of `peakWindow`, same layout; once the detection is explained. */
      readonly relevance?: Float32Array
    }
  | {
      readonly kind: 'suppressed'
      readonly instrument: InstrumentId
      readonly on: Micros
      readonly score: number
      readonly reason: 'short'
    }

/** How far back gaps count as a fact about a detection. */
const GAP_MEMORY_SECONDS = 600
/** The onset of an arrival is picked from this long before it on: what is louder then is what it arrives in. */
const PICK_BEFORE_SECONDS = 3
/** What came earlier than this before the score was up is not what the detection began with. */
const ARRIVAL_MEMORY_SECONDS = 12

/** Plain data; what a restart brings back. */
export interface TriggerState {
  /** False after a detection of maximum length until the score has been below `off` once. */
  readonly isArmed: boolean
  readonly rise: Rise | null
  readonly lastOnset: Micros | null
  /** The newest arrival since the score was last below `ONSET_FLOOR`. */
  readonly heard: Micros | null
  /** That the last detection began with. */
  readonly lastArrival: Micros | null
  /** Windows that end before this start nothing. */
  readonly deadUntil: Micros | null
  readonly lastWindowEnd: Micros | null
  /** Ends of the last windows before each recent gap. */
  readonly gapTimes: readonly Micros[]
}

export const ARMED: TriggerState = {
  isArmed: true,
  rise: null,
  lastOnset: null,
  heard: null,
  lastArrival: null,
  deadUntil: null,
  lastWindowEnd: null,
  gapTimes: [],
}

type Step = readonly [TriggerState, readonly TriggerOutput[]]

const NOTHING: readonly TriggerOutput[] = []

/**
 * One instrument's trigger with hysteresis, in data time:
 *
 * 1. armed: the first window with score ≥ on starts a rise; its onset is picked inside that window, after the previous onset;
 * 2. rising: below `off` before `minimumSeconds` → suppressed as short; otherwise the detection opens;
 * 3. open: closes below `off`, as of when the score fell, but not before `holdSeconds` after `on`: what is up again by then is part
 *    of it; at `maximumSeconds`; or at a gap, as truncated unless the score had fallen before;
 * 4. closed: nothing starts until `deadSeconds` after `on`, `retriggerSeconds` where it was retriggered; after a close by length the score
 *    must fall below `off` first;
 * 5. open or dead: another arrival (`retriggerRatio`, `retriggerSeconds`) ends the one and starts the next.
 *
 * Pure: the same pieces give the same outputs, whatever came between them.
 */
export function stepTrigger(state: TriggerState, piece: ScoredPiece, options: TriggerOptions): Step {
  return piece.kind === 'gap' ? onGap(state, piece.instrument, options) : onWindow(state, piece, options)
}

/** The end of the data: an open detection closes as at a gap. */
export function endTrigger(state: TriggerState, instrument: InstrumentId, options: TriggerOptions): Step {
  return onGap(state, instrument, options)
}

function onWindow(before: TriggerState, scored: ScoredWindow, options: TriggerOptions): Step {
  const end = windowEnd(scored, options)
  const state = forgetFuture(before, end)
  // What was stored before there were arrivals has none.
  const heard = scored.score < ONSET_FLOOR ? null : (scored.arrival?.time ?? state.heard ?? null)
  if (state.rise) return onWindowWhileUp(withRise(state, state.rise, end, heard), state.rise, scored, end, options)
  const { rise, lastOnset, lastArrival = lastOnset, deadUntil, gapTimes } = state
  const isArmed = state.isArmed || scored.score < options.off
  // Written out: for nearly every score this is all that happens, and a spread costs ten times as much.
  const next: TriggerState = { isArmed, rise, lastOnset, heard, lastArrival, deadUntil, lastWindowEnd: end, gapTimes }
  const isDead = state.deadUntil !== null && end < state.deadUntil
  if (!isArmed || scored.score < options.on) return [next, NOTHING]
  if (!isDead)
    return start(next, scored, end, { lastOnset, arrival: recentlyHeard(heard, end) ?? end, isRetriggered: false }, options)
  const arrival = anotherArrival(scored, lastArrival, options)
  return arrival ? startAt(arrival, next, scored, end, options) : [next, NOTHING]
}

function start(
  state: TriggerState,
  scored: ScoredWindow,
  end: Micros,
  before: Omit<RiseContext, 'gaps'>,
  options: TriggerOptions,
): Step {
  const rising = startRise(scored, end, { ...before, gaps: recent(state.gapTimes, end).length }, options)
  return publishWhenLongEnough(state, rising, scored.instrument, options)
}

function startAt({ time }: Arrival, state: TriggerState, scored: ScoredWindow, end: Micros, options: TriggerOptions): Step {
  const lastOnset = Math.max(time - PICK_BEFORE_SECONDS * MICROS_PER_SECOND, state.lastOnset ?? Number.NEGATIVE_INFINITY)
  return start(state, scored, end, { lastOnset, arrival: time, isRetriggered: true }, options)
}

function recentlyHeard(heard: Micros | null, now: Micros): Micros | undefined {
  return heard !== null && now - heard <= ARRIVAL_MEMORY_SECONDS * MICROS_PER_SECOND ? heard : undefined
}

/** Of another earthquake than the one that began with `last`, and one that the network sees. */
function anotherArrival({ score, arrival }: ScoredWindow, last: Micros | null, options: TriggerOptions): Arrival | undefined {
  const { on, retriggerRatio, retriggerSeconds } = options
  if (arrival === undefined || retriggerRatio === 0 || last === null) return undefined
  if (score < on || arrival.powerRatio < retriggerRatio) return undefined
  return arrival.time - last < retriggerSeconds * MICROS_PER_SECOND ? undefined : arrival
}

/** Time goes backwards where a wrong clock is set back (behind a gap): dead time and onset of a time to come must not hold for years. */
function forgetFuture(state: TriggerState, now: Micros): TriggerState {
  if (state.lastWindowEnd === null || now >= state.lastWindowEnd) return state
  return { ...ARMED, gapTimes: state.gapTimes.filter((time) => time <= now) }
}

function onWindowWhileUp(state: TriggerState, rise: Rise, scored: ScoredWindow, end: Micros, options: TriggerOptions): Step {
  if (scored.score < options.off) return onWindowBelow(state, rise, scored, end, options)
  const arrival = rise.isPublished ? anotherArrival(scored, rise.arrival ?? rise.onset.time, options) : undefined
  if (arrival) {
    const [closed, ended] = endRise(state, rise, scored.instrument, rise.downSince ?? end, true, false, options)
    const [next, started] = startAt(arrival, closed, scored, end, options)
    return [next, [...ended, ...started]]
  }
  const grown = growRise(rise, scored, end, options)
  if (isTooLong(rise, end, options)) return endRise(state, grown, scored.instrument, end, false, false, options)
  return publishWhenLongEnough(state, grown, scored.instrument, options)
}

function onWindowBelow(state: TriggerState, rise: Rise, scored: ScoredWindow, end: Micros, options: TriggerOptions): Step {
  const downSince = rise.downSince ?? end
  const isHeld = rise.isPublished && end - rise.on < options.holdSeconds * MICROS_PER_SECOND
  if (!isHeld || isTooLong(rise, end, options)) {
    return endRise(state, rise, scored.instrument, downSince, true, false, options)
  }
  return [withRise(state, lowerRise(rise, scored, downSince, options), end), NOTHING]
}

function isTooLong(rise: Rise, end: Micros, { maximumSeconds }: TriggerOptions): boolean {
  return end - rise.on >= maximumSeconds * MICROS_PER_SECOND
}

function onGap(state: TriggerState, instrument: InstrumentId, options: TriggerOptions): Step {
  const time = state.lastWindowEnd
  const gapTimes = time === null ? state.gapTimes : recent([...state.gapTimes, time], time)
  const next = { ...state, gapTimes, isArmed: true }
  if (!state.rise || time === null) return [next, NOTHING]
  const { downSince } = state.rise
  return endRise(next, state.rise, instrument, downSince ?? time, true, downSince === undefined, options)
}

function publishWhenLongEnough(state: TriggerState, rise: Rise, instrument: InstrumentId, options: TriggerOptions): Step {
  const end = state.lastWindowEnd ?? rise.on
  if (rise.isPublished || end - rise.on < options.minimumSeconds * MICROS_PER_SECOND) return [withRise(state, rise, end), NOTHING]
  const published = { ...rise, isPublished: true }
  return [withRise(state, published, end), [output(published, instrument, null, false, options)]]
}

/** Written out, too: what tries other settings on days of scores is mostly here. */
function withRise(state: TriggerState, rise: Rise, lastWindowEnd: Micros, heard = state.heard): TriggerState {
  const { isArmed, lastOnset, lastArrival = lastOnset, deadUntil, gapTimes } = state
  return { isArmed, rise, lastOnset, heard, lastArrival, deadUntil, lastWindowEnd, gapTimes }
}

function endRise(
  state: TriggerState,
  rise: Rise,
  instrument: InstrumentId,
  off: Micros,
  isArmed: boolean,
  isTruncated: boolean,
  options: TriggerOptions,
): Step {
  if (!rise.isPublished) {
    // Not long enough to count: it leaves no dead time behind, so that it cannot hide an earthquake.
    return [
      { ...state, rise: null, isArmed },
      [{ kind: 'suppressed', instrument, on: rise.on, score: rise.best.score, reason: 'short' }],
    ]
  }
  // One that began in the coda of another is not followed by the silence that the dead time bridges: S is what has to be kept out.
  const { deadSeconds, retriggerSeconds } = options
  const dead = rise.isRetriggered ? Math.min(deadSeconds, retriggerSeconds) : deadSeconds
  const deadUntil = rise.on + dead * MICROS_PER_SECOND
  return [
    { ...state, rise: null, isArmed, deadUntil, lastOnset: rise.onset.time, lastArrival: rise.arrival ?? rise.onset.time },
    [output(rise, instrument, off, isTruncated, options)],
  ]
}

function output(
  rise: Rise,
  instrument: InstrumentId,
  off: Micros | null,
  isTruncated: boolean,
  options: TriggerOptions,
): TriggerOutput {
  const { onset, on, best, gaps, windows, snrDb, isRetriggered } = rise
  const { time, score, secondOpinion } = best
  const detection: Detection = {
    id: detectionId(instrument, onset.time, options.model),
    state: off === null ? 'open' : 'closed',
    station: stationOfInstrument(instrument),
    instrument,
    onset,
    on,
    off,
    peak: { time, score, ...(secondOpinion !== undefined && { secondOpinion }) },
    model: options.model,
    config: options.config,
    quality: { gaps, windows, isTruncated, ...(isRetriggered && { isRetriggered }), snrDb, peakAmplitude: best.peakAmplitude },
  }
  return {
    kind: 'detection',
    detection,
    snippet: snippetOf(rise),
    peakWindow: best.window,
  }
}

/** Instrument + onset + model, readable and safe in URLs: `CI_CLC__HH-20190704T173353.250000Z-majstorovic-36k@1a2b3c4d`. */
function detectionId(instrument: InstrumentId, onset: Micros, model: string): string {
  return `${instrument}-${formatMicros(onset).replace(/[-:]/g, '')}-${model}`
}

function recent(times: readonly Micros[], now: Micros): readonly Micros[] {
  return times.filter((time) => now - time <= GAP_MEMORY_SECONDS * MICROS_PER_SECOND)
}
