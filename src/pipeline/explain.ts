import { identity, map, type OperatorFunction } from 'rxjs'
import { glitchReason, relevanceFacts } from '../detection/relevance-facts.ts'
import type { TriggerOutput } from '../detection/trigger.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { Explainer } from '../domain/ports.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import type { Preprocessor } from '../signal/preprocess.ts'

/**
 * Gives each detection the relevance of its window and the facts that follow from it: the best window so far when it opens, the
 * peak window when it closes. Nothing is kept from one detection to the next, so live and replay agree in every bit.
 *
 * @param explainer absent: detections pass as they are
 * @param gridRate Hz
 */
export function explain(
  explainer: Explainer | undefined,
  prepare: Preprocessor,
  gridRate: number,
): OperatorFunction<TriggerOutput, TriggerOutput> {
  return explainer === undefined ? identity : map((output) => explained(output, explainer, prepare, gridRate))
}

function explained(output: TriggerOutput, explainer: Explainer, prepare: Preprocessor, gridRate: number): TriggerOutput {
  if (output.kind !== 'detection') return output
  const { detection, peakWindow } = output
  const { samples, firstIndex } = peakWindow
  const input = new Float32Array(samples.length)
  prepare(samples, input)
  const relevance = explainer.relevance(input).slice()
  const onsetRow = ((detection.onset.time - gridIndexToMicros(firstIndex, gridRate)) * gridRate) / MICROS_PER_SECOND
  const facts = relevanceFacts({ relevance, input, samples, onsetRow, gridRate, beta: explainer.beta })
  const reason = detection.reason ?? glitchReason(facts)
  return { ...output, detection: { ...detection, relevance: facts, ...(reason !== undefined && { reason }) }, relevance }
}
