import type { OperatorFunction } from 'rxjs'
import {
  ARMED,
  endTrigger,
  stepTrigger,
  type TriggerOptions,
  type TriggerOutput,
  type TriggerState,
} from '../detection/trigger.ts'
import type { PipelineState } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { ScoredPiece } from '../domain/window.ts'
import { stage } from './stage.ts'

/** Scores of one instrument → its detections; see `stepTrigger` for the rules. */
export function trigger(
  instrument: InstrumentId,
  options: TriggerOptions,
  state: PipelineState,
): OperatorFunction<ScoredPiece, TriggerOutput> {
  return stage(() => {
    const slot = state.slot('trigger', instrument)
    let current = (slot.initial as TriggerState | undefined) ?? ARMED
    slot.onSave(() => current)
    return {
      push(piece, emit) {
        const [next, outputs] = stepTrigger(current, piece, options)
        current = next
        for (const output of outputs) emit(output)
      },
      end(emit) {
        const [next, outputs] = endTrigger(current, instrument, options)
        current = next
        for (const output of outputs) emit(output)
      },
      release: () => slot.release(),
    }
  })
}
