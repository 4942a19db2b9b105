import type { Onset, Peak } from '../domain/detection.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { ScoredWindow } from '../domain/window.ts'
import { peakAmplitude, signalToNoiseDb } from './window-facts.ts'

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

/** A score that has come up to the on threshold, and what is known of it so far; plain data. */
export interface Rise {
  readonly on: Micros
  readonly onset: Onset
  /** The arrival that it began with; `on` where none was heard shortly before. In what was stored before there were arrivals: absent. */
  readonly arrival?: Micros
  readonly isRetriggered?: boolean
  readonly snrDb: number | null
  readonly gaps: number
  /** That were not below off. */
  readonly windows: number
  readonly best: Peak & { readonly peakAmplitude: number; readonly window: Snippet }
  readonly snippetFirstIndex: number
  readonly snippetParts: readonly Float64Array[]
  readonly isPublished: boolean
  /** End of the first window below off, while the score is there and the detection not yet over. */
  readonly downSince?: Micros
}

export interface RiseOptions {
  /** Hz of the model's grid. */
  readonly gridRate: number
  readonly pickOnset: OnsetPicker
}

export interface RiseContext {
  /** The search for the onset begins behind it. */
  readonly lastOnset: Micros | null
  readonly arrival: Micros
  readonly isRetriggered: boolean
  readonly gaps: number
}

/** Snippets stop growing here; with the first window's 25 s this shows the coda of a local earthquake. */
const SNIPPET_SECONDS = 120

/**
 * @param end of its first window
 * @param before what is known of the time before it
 */
export function startRise(scored: ScoredWindow, end: Micros, before: RiseContext, options: RiseOptions): Rise {
  const { window } = scored
  const onset = onsetOf(scored, before.lastOnset, options)
  const onsetRow = (onset.time - window.startTime) / samplePeriod(options)
  return {
    on: end,
    onset,
    arrival: before.arrival,
    isRetriggered: before.isRetriggered,
    snrDb: signalToNoiseDb(window.samples, onsetRow, options.gridRate),
    gaps: before.gaps,
    windows: 1,
    best: bestOf(scored, end),
    snippetFirstIndex: window.firstIndex,
    snippetParts: [window.samples.slice()],
    isPublished: false,
  }
}

/** By a window that is not below off. */
export function growRise(rise: Rise, scored: ScoredWindow, end: Micros, options: RiseOptions): Rise {
  const { on, onset, arrival, isRetriggered, snrDb, gaps, windows, best, snippetFirstIndex, isPublished } = rise
  return {
    on,
    onset,
    ...(arrival !== undefined && { arrival }),
    ...(isRetriggered !== undefined && { isRetriggered }),
    snrDb,
    gaps,
    windows: windows + 1,
    best: scored.score > best.score ? bestOf(scored, end) : best,
    snippetFirstIndex,
    snippetParts: growSnippet(rise, scored, options),
    isPublished,
  }
}

/** By a window below off, behind which the score may come up again: its samples must be there then. */
export function lowerRise(rise: Rise, scored: ScoredWindow, downSince: Micros, options: RiseOptions): Rise {
  return { ...rise, snippetParts: growSnippet(rise, scored, options), downSince }
}

/** What is kept of its waveform. */
export function snippetOf({ snippetFirstIndex, snippetParts }: Rise): Snippet {
  return { firstIndex: snippetFirstIndex, samples: joined(snippetParts) }
}

/** Appends the rows that the snippet does not have yet: one stride. */
function growSnippet(rise: Rise, scored: ScoredWindow, options: RiseOptions): readonly Float64Array[] {
  const have = rise.snippetParts.reduce((sum, part) => sum + part.length, 0) / 3
  if (have >= SNIPPET_SECONDS * options.gridRate) return rise.snippetParts
  const { firstIndex, samples } = scored.window
  const news = samples.slice((rise.snippetFirstIndex + have - firstIndex) * 3)
  return news.length === 0 ? rise.snippetParts : [...rise.snippetParts, news]
}

/** Picked inside the first window over threshold; when nothing stands out, the middle of what the last stride could not yet show. */
function onsetOf(scored: ScoredWindow, lastOnset: Micros | null, options: RiseOptions): Onset {
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
  const { score, secondOpinion } = scored
  return {
    time: end,
    score,
    ...(secondOpinion !== undefined && { secondOpinion }),
    peakAmplitude: peakAmplitude(samples),
    window: { firstIndex, samples: samples.slice() },
  }
}

/** Time of the window's last sample. */
export function windowEnd(scored: ScoredWindow, { gridRate }: { gridRate: number }): Micros {
  return gridIndexToMicros(scored.window.firstIndex + scored.window.samples.length / 3 - 1, gridRate)
}

function samplePeriod({ gridRate }: RiseOptions): number {
  return MICROS_PER_SECOND / gridRate
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
