import type { MonoTypeOperatorFunction } from 'rxjs'
import type { ScoredPiece } from '../domain/window.ts'
import { type ArrivalFinder, withArrival } from '../signal/arrival-finder.ts'
import { stage } from './stage.ts'

/**
 * Says where the newest rows of a window become louder at once.
 *
 * @param find may be shared by all instruments
 * @param gridRate Hz
 */
export function findArrivals(find: ArrivalFinder, gridRate: number): MonoTypeOperatorFunction<ScoredPiece> {
  return stage(() => ({
    push(piece, emit) {
      emit(piece.kind === 'gap' ? piece : withArrival(piece, find, gridRate))
    },
  }))
}
