import type { OperatorFunction } from 'rxjs'
import type { PipelineState } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { FramePiece, WindowPiece } from '../domain/window.ts'
import { WindowBuffer, type WindowBufferOptions, type WindowBufferState } from '../signal/window-buffer.ts'
import { stage } from './stage.ts'

/** Rows Z, N, E → windows whose starts are multiples of the stride since 1970; never spans a gap. */
export function slidingWindows(
  instrument: InstrumentId,
  options: WindowBufferOptions,
  state: PipelineState,
): OperatorFunction<FramePiece, WindowPiece> {
  return stage(() => {
    const slot = state.slot('window', instrument)
    const buffer = new WindowBuffer(instrument, options, slot.initial as WindowBufferState | undefined)
    slot.onSave(() => buffer.snapshot())
    return {
      push: (piece, emit) => buffer.push(piece, emit),
      release: () => slot.release(),
    }
  })
}
