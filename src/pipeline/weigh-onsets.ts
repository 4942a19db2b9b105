import type { MonoTypeOperatorFunction } from 'rxjs'
import type { OnsetSpec } from '../domain/onset-spec.ts'
import type { ScoredPiece } from '../domain/window.ts'
import type { OnsetMeter } from '../signal/onset-meter.ts'
import { withOnset } from '../signal/onset-weight.ts'
import { stage } from './stage.ts'

/**
 * Weighs scores by how clear an onset the window holds, and says where its newest rows become louder at once.
 *
 * @param measure may be shared by all instruments
 * @param spec absent: scores stay the network's
 * @param gridRate Hz
 */
export function weighOnsets(
  measure: OnsetMeter,
  spec: OnsetSpec | undefined,
  gridRate: number,
): MonoTypeOperatorFunction<ScoredPiece> {
  return stage(() => ({
    push(piece, emit) {
      emit(piece.kind === 'gap' ? piece : withOnset(piece, measure, spec, gridRate))
    },
  }))
}
