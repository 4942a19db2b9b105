import type { Detection, Onset } from '../domain/detection.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import { type InstrumentId, stationOfInstrument } from '../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { ScoredPiece, ScoredWindow } from '../domain/window.ts'
import { peakAmplitude, signalToNoiseDb } from './window-facts.ts'

/** Thresholds are probabilities; times are data time. */
export interface TriggerOptions {
  /** A window at or above it starts a detection. */
  readonly on: number
  /** A window below it ends the detection. */
  readonly off: number
  /** The score must have stayed up this long (window end to window end) before the detection is published. */
  readonly minimumSeconds: number
  /** A detection is closed after this long, whatever the score. */
  readonly maximumSeconds: number
  /** No new detection starts until this long after the last one started; at least the window, so that one P never triggers twice. */
  readonly deadSeconds: number
  /** Hz of the model's grid. */
  readonly gridRate: number
  /** Model name with its short hash, part of every id. */
  readonly model: string
  /** Hash of what can change a score or a trigger. */
  readonly config: string
  readonly pickOnset: OnsetPicker
}

/**
 * @param samples row-major [rows, 3]
 * @param earliestRow where the search begins
 */
export type OnsetPicker = (
  samples: Float64Array,
  earliestRow: number,
) => { index: number; uncertaintySamples: number } | undefined

/** Grid samples kept with a detection: row-major [rows, 3] in source units, from the start of the first window over threshold. */
export interface Snippet {
  readonly firstIndex: number
  readonly samples: Float64Array
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

/** Snippets stop growing here; with the first window's 25 s this shows the coda of a local earthquake. */
const SNIPPET_SECONDS = 120
/** How far back gaps count as a fact about a detection. */
const GAP_MEMORY_SECONDS = 600

interface Rise {
  readonly on: Micros
  readonly onset: Onset
  readonly snrDb: number | null
  readonly gaps: number
  readonly windows: number
  readonly best: { readonly time: Micros; readonly score: number; readonly peakAmplitude: number; readonly window: Snippet }
  readonly snippetFirstIndex: number
  readonly snippetParts: readonly Float64Array[]
  readonly isPublished: boolean
}

/** Plain data; what a restart brings back. */
export interface TriggerState {
  /** False after a detection of maximum length until the score has been below `off` once. */
  readonly isArmed: boolean
  readonly rise: Rise | null
  readonly lastOnset: Micros | null
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
 * 3. open: closes with the first window below `off`, at `maximumSeconds`, or at a gap (then it is marked truncated);
 * 4. closed: nothing starts until `deadSeconds` after `on`; after a close by length the score must fall below `off` first.
 *
 * Pure: the same pieces give the same outputs, whatever came between them.
 */
export function stepTrigger(state: TriggerState, piece: ScoredPiece, options: TriggerOptions): Step {
  return piece.kind === 'gap' ? onGap(state, piece.instrument, options) : onWindow(state, piece, options)
}

/** The end of the data: an open detection closes as truncated. */
export function endTrigger(state: TriggerState, instrument: InstrumentId, options: TriggerOptions): Step {
  return onGap(state, instrument, options)
}

function onWindow(before: TriggerState, scored: ScoredWindow, options: TriggerOptions): Step {
  const end = windowEnd(scored, options)
  const state = forgetFuture(before, end)
  if (state.rise) return onWindowWhileUp(withRise(state, state.rise, end), state.rise, scored, end, options)
  const { rise, lastOnset, deadUntil, gapTimes } = state
  const isArmed = state.isArmed || scored.score < options.off
  // Written out: for nearly every score this is all that happens, and a spread costs ten times as much.
  const next: TriggerState = { isArmed, rise, lastOnset, deadUntil, lastWindowEnd: end, gapTimes }
  const isDead = state.deadUntil !== null && end < state.deadUntil
  if (!isArmed || isDead || scored.score < options.on) return [next, NOTHING]
  return publishWhenLongEnough(next, startRise(next, scored, end, options), scored.instrument, options)
}

/** Time goes backwards where a wrong clock is set back (behind a gap): dead time and onset of a time to come must not hold for years. */
function forgetFuture(state: TriggerState, now: Micros): TriggerState {
  if (state.lastWindowEnd === null || now >= state.lastWindowEnd) return state
  return { ...ARMED, gapTimes: state.gapTimes.filter((time) => time <= now) }
}

function onWindowWhileUp(state: TriggerState, rise: Rise, scored: ScoredWindow, end: Micros, options: TriggerOptions): Step {
  if (scored.score < options.off) return endRise(state, rise, scored.instrument, end, true, false, options)
  const grown = growRise(rise, scored, end, options)
  const isTooLong = end - rise.on >= options.maximumSeconds * MICROS_PER_SECOND
  if (isTooLong) return endRise(state, grown, scored.instrument, end, false, false, options)
  return publishWhenLongEnough(state, grown, scored.instrument, options)
}

function onGap(state: TriggerState, instrument: InstrumentId, options: TriggerOptions): Step {
  const time = state.lastWindowEnd
  const gapTimes = time === null ? state.gapTimes : recent([...state.gapTimes, time], time)
  const next = { ...state, gapTimes, isArmed: true }
  if (!state.rise || time === null) return [next, NOTHING]
  return endRise(next, state.rise, instrument, time, true, true, options)
}

function startRise(state: TriggerState, scored: ScoredWindow, end: Micros, options: TriggerOptions): Rise {
  const { window } = scored
  const onset = onsetOf(scored, state.lastOnset, options)
  const onsetRow = (onset.time - window.startTime) / samplePeriod(options)
  return {
    on: end,
    onset,
    snrDb: signalToNoiseDb(window.samples, onsetRow, options.gridRate),
    gaps: recent(state.gapTimes, end).length,
    windows: 1,
    best: bestOf(scored, end),
    snippetFirstIndex: window.firstIndex,
    snippetParts: [window.samples.slice()],
    isPublished: false,
  }
}

function growRise(rise: Rise, scored: ScoredWindow, end: Micros, options: TriggerOptions): Rise {
  const { on, onset, snrDb, gaps, windows, best, snippetFirstIndex, isPublished } = rise
  return {
    on,
    onset,
    snrDb,
    gaps,
    windows: windows + 1,
    best: scored.score > best.score ? bestOf(scored, end) : best,
    snippetFirstIndex,
    snippetParts: growSnippet(rise, scored, options),
    isPublished,
  }
}

/** Appends the rows that the snippet does not have yet: one stride. */
function growSnippet(rise: Rise, scored: ScoredWindow, options: TriggerOptions): readonly Float64Array[] {
  const have = rise.snippetParts.reduce((sum, part) => sum + part.length, 0) / 3
  if (have >= SNIPPET_SECONDS * options.gridRate) return rise.snippetParts
  const { firstIndex, samples } = scored.window
  const news = samples.slice((rise.snippetFirstIndex + have - firstIndex) * 3)
  return news.length === 0 ? rise.snippetParts : [...rise.snippetParts, news]
}

function publishWhenLongEnough(state: TriggerState, rise: Rise, instrument: InstrumentId, options: TriggerOptions): Step {
  const end = state.lastWindowEnd ?? rise.on
  if (rise.isPublished || end - rise.on < options.minimumSeconds * MICROS_PER_SECOND) return [withRise(state, rise, end), NOTHING]
  const published = { ...rise, isPublished: true }
  return [withRise(state, published, end), [output(published, instrument, null, false, options)]]
}

/** Written out, too: what tries other settings on days of scores is mostly here. */
function withRise({ isArmed, lastOnset, deadUntil, gapTimes }: TriggerState, rise: Rise, lastWindowEnd: Micros): TriggerState {
  return { isArmed, rise, lastOnset, deadUntil, lastWindowEnd, gapTimes }
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
  const deadUntil = rise.on + options.deadSeconds * MICROS_PER_SECOND
  return [
    { ...state, rise: null, isArmed, deadUntil, lastOnset: rise.onset.time },
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
  const { onset, on, best, gaps, windows, snrDb } = rise
  const detection: Detection = {
    id: detectionId(instrument, onset.time, options.model),
    state: off === null ? 'open' : 'closed',
    station: stationOfInstrument(instrument),
    instrument,
    onset,
    on,
    off,
    peak: { time: best.time, score: best.score },
    model: options.model,
    config: options.config,
    quality: { gaps, windows, isTruncated, snrDb, peakAmplitude: best.peakAmplitude },
  }
  return {
    kind: 'detection',
    detection,
    snippet: { firstIndex: rise.snippetFirstIndex, samples: joined(rise.snippetParts) },
    peakWindow: best.window,
  }
}

/** Instrument + onset + model, readable and safe in URLs: `CI_CLC__HH-20190704T173353.250000Z-majstorovic-36k@1a2b3c4d`. */
function detectionId(instrument: InstrumentId, onset: Micros, model: string): string {
  return `${instrument}-${formatMicros(onset).replace(/[-:]/g, '')}-${model}`
}

/** Picked inside the first window over threshold; when nothing stands out, the middle of what the last stride could not yet show. */
function onsetOf(scored: ScoredWindow, lastOnset: Micros | null, options: TriggerOptions): Onset {
  const { startTime, samples } = scored.window
  const period = samplePeriod(options)
  const rows = samples.length / 3
  const earliestRow = lastOnset === null ? 0 : Math.min(rows, Math.max(0, Math.floor((lastOnset - startTime) / period) + 1))
  const pick = options.pickOnset(samples, earliestRow)
  if (pick) {
    const uncertaintySeconds = Math.round((pick.uncertaintySamples / options.gridRate) * 1e6) / 1e6
    return { time: startTime + Math.round(pick.index * period), uncertaintySeconds, method: 'aic' }
  }
  const searched = rows - 1 - earliestRow
  return {
    time: startTime + Math.round((earliestRow + searched / 2) * period),
    uncertaintySeconds: searched / 2 / options.gridRate,
    method: 'window',
  }
}

function bestOf(scored: ScoredWindow, end: Micros): Rise['best'] {
  const { firstIndex, samples } = scored.window
  return {
    time: end,
    score: scored.score,
    peakAmplitude: peakAmplitude(samples),
    window: { firstIndex, samples: samples.slice() },
  }
}

/** Time of the window's last sample. */
export function windowEnd(scored: ScoredWindow, { gridRate }: { gridRate: number }): Micros {
  return gridIndexToMicros(scored.window.firstIndex + scored.window.samples.length / 3 - 1, gridRate)
}

function samplePeriod({ gridRate }: TriggerOptions): number {
  return MICROS_PER_SECOND / gridRate
}

function recent(times: readonly Micros[], now: Micros): readonly Micros[] {
  return times.filter((time) => now - time <= GAP_MEMORY_SECONDS * MICROS_PER_SECOND)
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}
