import type { OperatorFunction } from 'rxjs'
import type { PreprocessSpec } from '../domain/preprocess-spec.ts'
import type { FrameGap, PreparedWindow, WindowPiece } from '../domain/window.ts'
import { createPreprocessor, type PreprocessShape } from '../signal/preprocess.ts'
import { stage } from './stage.ts'

/** Windows in source units → the network's input. `input` is reused for the next window. */
export function preprocess(
  spec: PreprocessSpec,
  shape: PreprocessShape,
): OperatorFunction<WindowPiece, PreparedWindow | FrameGap> {
  return stage(() => {
    const prepare = createPreprocessor(spec, shape)
    const input = new Float32Array(shape.windowLength * shape.channels)
    return {
      push(piece, emit) {
        if (piece.kind === 'gap') return emit(piece)
        emit({ kind: 'prepared', window: piece, input, isUsable: prepare(piece.samples, input) })
      },
    }
  })
}
