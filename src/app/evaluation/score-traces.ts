import type { LabelledScore } from '../../detection/metrics.ts'
import type { TraceLabel } from '../../io/seisbench/trace-label.ts'
import { fitsInside, type GridTrace, windowOf } from '../training/grid-trace.ts'
import { scoreOf, type WindowScorer } from '../window-scorer.ts'
import { protocolWindows } from './window-protocol.ts'

/** A window of the protocol with the network's answer. */
export interface ScoredProtocolWindow extends LabelledScore {
  readonly label: TraceLabel
  /** Grid index of its first row. */
  readonly firstIndex: number
}

/** Scores the protocol windows of a trace. */
export function scoreTrace(trace: GridTrace, scorer: WindowScorer): ScoredProtocolWindow[] {
  const { classifier, sampleRate } = scorer
  const { windowLength, channels } = classifier
  const input = new Float32Array(windowLength * channels)
  const isEarthquake = trace.label.category === 'earthquake'
  return protocolWindows(trace, { windowLength, sampleRate }).map((firstIndex) => {
    return { label: trace.label, firstIndex, isEarthquake, score: scoreAt(trace, firstIndex, scorer, input) }
  })
}

/**
 * The model's score of a trace's window.
 *
 * @param firstIndex grid index of its first row; the window must lie inside the trace
 * @param input row-major [windowLength, channels]; holds afterwards what the network saw
 */
export function scoreAt(trace: GridTrace, firstIndex: number, scorer: WindowScorer, input: Float32Array): number {
  return scoreOf(
    scorer,
    windowOf(trace, firstIndex, scorer.classifier.windowLength),
    input,
    finerWindow(trace, firstIndex, scorer),
  )
}

function finerWindow({ finer }: GridTrace, firstIndex: number, { second, sampleRate }: WindowScorer): Float64Array | undefined {
  if (!finer || !second) return undefined
  const finerIndex = firstIndex * (second.sampleRate / sampleRate)
  const { windowLength } = second.classifier
  return fitsInside(finer, finerIndex, windowLength) ? windowOf(finer, finerIndex, windowLength) : undefined
}

/**
 * What the network sees of a window.
 *
 * @returns row-major [windowLength, channels], zeros when the window is unusable
 */
export function inputOf(trace: GridTrace, firstIndex: number, { classifier, preprocess }: WindowScorer): Float32Array {
  const { windowLength, channels } = classifier
  const input = new Float32Array(windowLength * channels)
  preprocess(windowOf(trace, firstIndex, windowLength), input)
  return input
}
