import type { LabelledScore } from '../../detection/metrics.ts'
import type { Classifier } from '../../domain/ports.ts'
import type { TraceLabel } from '../../io/seisbench/trace-label.ts'
import type { Preprocessor } from '../../signal/preprocess.ts'
import { type GridTrace, windowOf } from '../training/grid-trace.ts'
import { protocolWindows } from './window-protocol.ts'

/** A window of the protocol with the network's answer. */
export interface ScoredProtocolWindow extends LabelledScore {
  readonly label: TraceLabel
  /** Grid index of its first row. */
  readonly firstIndex: number
}

/** How a model sees windows: what its card says, compiled. */
export interface WindowScorer {
  readonly classifier: Classifier
  readonly preprocess: Preprocessor
  /** Hz. */
  readonly sampleRate: number
}

/** Scores the protocol windows of a trace. An unusable window (constant, not finite) scores 0, as it does live. */
export function scoreTrace(trace: GridTrace, { classifier, preprocess, sampleRate }: WindowScorer): ScoredProtocolWindow[] {
  const { windowLength, channels } = classifier
  const input = new Float32Array(windowLength * channels)
  const isEarthquake = trace.label.category === 'earthquake'
  return protocolWindows(trace, { windowLength, sampleRate }).map((firstIndex) => {
    const isUsable = preprocess(windowOf(trace, firstIndex, windowLength), input)
    const score = isUsable ? (classifier.classify(input, 1)[0] ?? 0) : 0
    return { label: trace.label, firstIndex, isEarthquake, score }
  })
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
