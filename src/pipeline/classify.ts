import type { OperatorFunction } from 'rxjs'
import type { Classifier } from '../domain/ports.ts'
import type { FrameGap, PreparedWindow, ScoredPiece } from '../domain/window.ts'
import { stage } from './stage.ts'

/**
 * Gives each window its score, one at a time and at once: packets → trigger stays synchronous, so reading waits for inference.
 *
 * A window that cannot be scored (no energy, not a number) gets 0 without asking the network.
 */
export function classify(classifier: Classifier): OperatorFunction<PreparedWindow | FrameGap, ScoredPiece> {
  return stage(() => ({
    push(piece, emit) {
      if (piece.kind === 'gap') return emit(piece)
      const { window, input, isUsable } = piece
      const score = isUsable ? classifier.classify(input, 1)[0]! : 0
      emit({ kind: 'scored', instrument: window.instrument, window, input, score })
    },
  }))
}
