import type { DetectionWire } from '../contract/detection.ts'
import { UsageError } from '../domain/errors.ts'
import { addedText } from '../domain/score-origin.ts'
import { scoreText } from '../domain/score-text.ts'
import { formatMicros, type Micros } from '../domain/time.ts'
import { readKernels } from '../io/kernels-file.ts'
import type { Network } from '../nn/network.ts'
import { type Explanation, Relevance } from '../nn/relevance.ts'
import type { RelevanceOptions } from '../nn/relevance-rule.ts'

/** A window of data with what the pipeline made of it. */
export interface WindowOrigin {
  /** NET_STA_LOC_BS */
  readonly instrument: string
  /** Times of the first and the last sample. */
  readonly startTime: Micros
  readonly endTime: Micros
  /** Row-major [windowLength, 3], source units. */
  readonly samples: Float64Array
  /** The pipeline's; 0 for a window that is not classified. */
  readonly score: number
  /** What the second model said, 0–1; absent when it was not asked. */
  readonly secondOpinion?: number
  /** Power ratio of its clearest onset, by which the network's score may have been weighed; 0 when none is known. */
  readonly onsetRatio: number
  /** When the window is a detection's best one. */
  readonly detection?: DetectionWire
}

export interface ExplainableWindow {
  /** As the network sees it, row-major [windowLength, channels]. */
  readonly input: Float32Array
  /** False for windows without energy or with samples that are not finite: the network is not asked, the score is 0. */
  readonly isUsable: boolean
  /** Absent for a window file. */
  readonly origin?: WindowOrigin
}

/** Everything there is to say about one window; for print, `--json` and reports. */
export interface WindowExplanation {
  /** Columns of the window. */
  readonly channels: number
  readonly window: ExplainableWindow
  readonly options: Required<RelevanceOptions>
  /** The network's, before any onset is weighed; null when it was not asked. */
  readonly logit: number | null
  readonly probability: number
  /** Row-major [windowLength, channels]; zeros when the network was not asked. */
  readonly relevance: Float32Array
  readonly start: number
  /** From the output to the input; empty for gradients and when the network was not asked. */
  readonly layers: Explanation['layers']
}

/** @throws {UsageError} when options contradict each other, or the window's values are so large that the logit overflows */
export function explainWindow(network: Network, window: ExplainableWindow, options: RelevanceOptions): WindowExplanation {
  const resolved = { method: 'lrp', beta: 0, bias: 'ignore', start: 'one', ...options } as const
  const relevance = new Relevance(network, readKernels(), resolved)
  const what = { channels: network.input.channels, window, options: resolved }
  if (window.isUsable) return { ...what, ...finite(relevance.explain(window.input)) }
  return { ...what, logit: null, probability: 0, relevance: new Float32Array(window.input.length), start: 0, layers: [] }
}

/** The object of `explain --json`. */
export function explanationToJson(explanation: WindowExplanation, model: string): object {
  const { channels, window, options, logit, probability, relevance, start, layers } = explanation
  return {
    logit,
    probability,
    model,
    ...options,
    ...(window.origin && { window: originToJson(window.origin) }),
    isUsable: window.isUsable,
    relevance: rowsOf(relevance, channels),
    conservation: {
      start,
      input: sum(relevance),
      layers: layers.map(({ layer, output, input, bias, oneSided, stabiliser }) => ({
        layer,
        output,
        input,
        bias,
        oneSided,
        stabiliser,
      })),
    },
  }
}

/** How the score of a window came about; empty where it is the network's. */
export function madeOfText(origin: WindowOrigin, networkScore: number): string {
  const added = addedText({ ...origin, networkScore }, 6)
  return added === '' ? '' : `the network’s ${scoreText(networkScore, 6)}${added}`
}

/** Row-major values as one array per row. */
export function rowsOf(values: Float32Array | Float64Array, channels: number): number[][] {
  return Array.from({ length: values.length / channels }, (_, row) =>
    Array.from(values.subarray(row * channels, (row + 1) * channels)),
  )
}

function finite(explanation: Explanation): Explanation {
  if (Number.isFinite(explanation.logit)) return explanation
  throw new UsageError(`explain: expected a finite logit, got ${explanation.logit}; scale the window to ±1`)
}

function originToJson({ instrument, startTime, endTime, score, secondOpinion, onsetRatio, detection }: WindowOrigin): object {
  return {
    instrument,
    startTime: formatMicros(startTime),
    endTime: formatMicros(endTime),
    score,
    ...(secondOpinion !== undefined && { secondOpinion }),
    onsetRatio,
    ...(detection && { detection: detection.id, storedScore: detection.peak.score, storedModel: detection.model }),
  }
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0)
}
