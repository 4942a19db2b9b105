import type { DetectionWire } from '../../contract/detection.ts'
import type { RelevanceWire, ScoreRunWire, Snippet } from '../../contract/http.ts'
import { filterToBand } from '../plot/band-filter.ts'

/** Everything that is drawn of a detection; times in seconds after the onset. */
export interface DetectionFigure {
  readonly traces: readonly Trace[]
  /** Seconds after the onset. */
  readonly from: number
  readonly to: number
  /** Onset, seconds since 1970: for the axis in UTC. */
  readonly onset: number
  readonly uncertaintySeconds: number
  readonly sGuessSeconds: number | undefined
  readonly relevance:
    | { readonly from: number; readonly rate: number; readonly components: readonly (readonly number[])[] }
    | undefined
  readonly scores: readonly { readonly at: number; readonly score: number }[]
  readonly stride: number
  readonly thresholds: { readonly on: number; readonly off: number } | undefined
  readonly on: number
  readonly off: number | undefined
}

export interface Trace {
  readonly name: 'Z' | 'N' | 'E'
  readonly values: Float32Array
  /** Of the first sample. */
  readonly from: number
  /** Hz. */
  readonly rate: number
  readonly mean: number
  /** Largest distance from the mean. */
  readonly peak: number
}

export interface FigureParts {
  readonly detection: DetectionWire
  readonly waveform: Snippet
  readonly relevance: RelevanceWire | null
  readonly scores: readonly ScoreRunWire[]
  readonly thresholds: { readonly on: number; readonly off: number } | undefined
}

export function figureOf({ detection, waveform, relevance, scores, thresholds }: FigureParts): DetectionFigure {
  const onset = seconds(detection.onset.time)
  const from = seconds(waveform.startTime) - onset
  return {
    traces: (['Z', 'N', 'E'] as const).map((name) => traceOf(name, waveform[name], from, waveform.rate)),
    from,
    to: from + Math.max(1, waveform.Z.length - 1) / waveform.rate,
    onset,
    uncertaintySeconds: detection.onset.uncertaintySeconds,
    sGuessSeconds: detection.relevance?.sGuessSeconds ?? undefined,
    relevance: relevance
      ? { from: seconds(relevance.startTime) - onset, rate: relevance.rate, components: [relevance.Z, relevance.N, relevance.E] }
      : undefined,
    scores: scores.flatMap((run) =>
      run.scores.map((score, i) => ({ at: seconds(run.endTime) + i * run.strideSeconds - onset, score })),
    ),
    stride: scores[0]?.strideSeconds ?? 1,
    thresholds,
    on: seconds(detection.on) - onset,
    off: detection.off === null ? undefined : seconds(detection.off) - onset,
  }
}

/** Below it there is ground noise of the sea, which hides small earthquakes from the eye. */
export const HIGHPASS_HZ = 1

/** The same without the long waves, without delay (forwards and backwards). */
export function highpassed(figure: DetectionFigure): DetectionFigure {
  return {
    ...figure,
    traces: figure.traces.map((trace) => {
      const values = trace.values.map((value) => value - trace.mean)
      filterToBand(values, { fromHz: HIGHPASS_HZ }, trace.rate)
      return { ...trace, values, mean: 0, peak: values.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0) }
    }),
  }
}

/** What is under a moment: values of the nearest sample, and the score of the window that ends there or next. */
export function readingAt(figure: DetectionFigure, at: number): { values: (number | undefined)[]; score: number | undefined } {
  const values = figure.traces.map(({ values, from, rate }) => values[Math.round((at - from) * rate)])
  const score = figure.scores.find((each) => each.at >= at && each.at - at < figure.stride)?.score
  return { values, score }
}

/** Parts of the time axis that can be shown; undefined: all of it. */
export function spanOf(figure: DetectionFigure, choice: 'all' | 'window' | 'onset'): { from: number; to: number } {
  if (choice === 'onset') return { from: Math.max(figure.from, -3), to: Math.min(figure.to, 7) }
  const { relevance } = figure
  if (choice === 'all' || !relevance) return { from: figure.from, to: figure.to }
  return { from: relevance.from, to: relevance.from + ((relevance.components[0]?.length ?? 1) - 1) / relevance.rate }
}

function traceOf(name: Trace['name'], samples: readonly number[], from: number, rate: number): Trace {
  const values = Float32Array.from(samples)
  let sum = 0
  for (const value of samples) sum += value
  const mean = sum / Math.max(1, samples.length)
  let peak = 0
  for (const value of samples) peak = Math.max(peak, Math.abs(value - mean))
  return { name, values, from, rate, mean, peak }
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000
}
