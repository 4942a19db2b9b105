import type { OperatorFunction } from 'rxjs'
import type { PipelineState } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { GridPiece } from '../domain/trace.ts'
import type { FramePiece } from '../domain/window.ts'
import {
  ComponentAssembler,
  type ComponentAssemblerOptions,
  type ComponentAssemblerState,
} from '../signal/component-assembler.ts'
import { stage } from './stage.ts'

/** Grid samples of an instrument's channels → rows Z, N, E. */
export function assembleThreeComponents(
  instrument: InstrumentId,
  options: ComponentAssemblerOptions,
  state: PipelineState,
): OperatorFunction<GridPiece, FramePiece> {
  return stage(() => {
    const slot = state.slot('assemble', instrument)
    const assembler = new ComponentAssembler(instrument, options, slot.initial as ComponentAssemblerState | undefined)
    slot.onSave(() => assembler.snapshot())
    return {
      push(piece, emit) {
        for (const frame of assembler.push(piece)) emit(frame)
      },
      release: () => slot.release(),
    }
  })
}
