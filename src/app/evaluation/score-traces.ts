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

const BATCH = 64

/** Scores every protocol window of the traces. An unusable window (constant, not finite) scores 0, as it does live. */
export function* scoreTraces(traces: Iterable<GridTrace>, scorer: WindowScorer): Generator<ScoredProtocolWindow> {
  const { classifier, preprocess, sampleRate } = scorer
  const { windowLength, channels } = classifier
  const windowSize = windowLength * channels
  const inputs = new Float32Array(BATCH * windowSize)

  for (const trace of traces) {
    const isEarthquake = trace.label.category === 'earthquake'
    const starts = protocolWindows(trace, { windowLength, sampleRate })
    for (let from = 0; from < starts.length; from += BATCH) {
      const batch = starts.slice(from, from + BATCH)
      const isUsable = batch.map((firstIndex, slot) =>
        preprocess(windowOf(trace, firstIndex, windowLength), inputs.subarray(slot * windowSize, (slot + 1) * windowSize)),
      )
      const scores = classifier.classify(inputs, batch.length)
      for (const [slot, firstIndex] of batch.entries()) {
        yield { label: trace.label, firstIndex, isEarthquake, score: isUsable[slot] ? (scores[slot] ?? 0) : 0 }
      }
    }
  }
}
