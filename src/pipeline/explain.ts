import { identity, type OperatorFunction } from 'rxjs'
import { glitchReason, relevanceFacts } from '../detection/relevance-facts.ts'
import type { Snippet } from '../detection/rise.ts'
import type { TriggerOutput } from '../detection/trigger.ts'
import type { RelevanceFacts } from '../domain/detection.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { Explainer } from '../domain/ports.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { Preprocessor } from '../signal/preprocess.ts'
import { stage } from './stage.ts'

interface Explained {
  readonly relevance: Float32Array
  readonly facts: RelevanceFacts
}

/**
 * Gives each detection the relevance of its window and the facts that follow from it: the best window so far when it opens, the
 * peak window when it closes. Both follow from the window and the onset alone, so live and replay agree in every bit; a window
 * that was explained when the detection opened is not explained again.
 *
 * @param explainer absent: detections pass as they are
 * @param gridRate Hz
 */
export function explain(
  explainer: Explainer | undefined,
  prepare: Preprocessor,
  gridRate: number,
): OperatorFunction<TriggerOutput, TriggerOutput> {
  if (explainer === undefined) return identity
  return stage(() => {
    // A window belongs to one rise of one trigger, and so to one onset.
    const known = new WeakMap<Snippet, Explained>()
    return {
      push(output, emit) {
        if (output.kind !== 'detection') return emit(output)
        const { detection, peakWindow } = output
        const { relevance, facts } =
          known.get(peakWindow) ?? explained(peakWindow, detection.onset.time, explainer, prepare, gridRate)
        known.set(peakWindow, { relevance, facts })
        const reason = detection.reason ?? glitchReason(facts)
        emit({ ...output, detection: { ...detection, relevance: facts, ...(reason !== undefined && { reason }) }, relevance })
      },
    }
  })
}

function explained(window: Snippet, onset: Micros, explainer: Explainer, prepare: Preprocessor, gridRate: number): Explained {
  const { samples, firstIndex } = window
  const input = new Float32Array(samples.length)
  prepare(samples, input)
  const relevance = explainer.relevance(input).slice()
  const onsetRow = ((onset - gridIndexToMicros(firstIndex, gridRate)) * gridRate) / MICROS_PER_SECOND
  return { relevance, facts: relevanceFacts({ relevance, input, samples, onsetRow, gridRate, beta: explainer.beta }) }
}
