import type { OperatorFunction } from 'rxjs'
import type { FrameGap, PreparedWindow, WindowPiece } from '../domain/window.ts'
import type { Preprocessor } from '../signal/preprocess.ts'
import { stage } from './stage.ts'

/**
 * Windows in source units → the network's input. `input` is reused for the next window.
 *
 * @param prepare may be shared by all instruments: it keeps nothing from one window to the next
 * @param inputLength of the network: rows × components
 */
export function preprocess(prepare: Preprocessor, inputLength: number): OperatorFunction<WindowPiece, PreparedWindow | FrameGap> {
  return stage(() => {
    const input = new Float32Array(inputLength)
    return {
      push(piece, emit) {
        if (piece.kind === 'gap') return emit(piece)
        emit({ kind: 'prepared', window: piece, input, isUsable: prepare(piece.samples, input) })
      },
    }
  })
}
