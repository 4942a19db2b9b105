import type { OperatorFunction } from 'rxjs'
import type { PipelineState } from '../domain/ports.ts'
import type { SourceId } from '../domain/source-id.ts'
import type { GridPiece, TracePiece } from '../domain/trace.ts'
import { Resampler, type ResamplerOptions, type ResamplerState } from '../signal/resampler.ts'
import { stage } from './stage.ts'

/** Segments of one channel at any rate → samples on the absolute grid; gaps pass. */
export function resampleTo(
  sourceId: SourceId,
  options: ResamplerOptions,
  state: PipelineState,
): OperatorFunction<TracePiece, GridPiece> {
  return stage(() => {
    const slot = state.slot('resample', sourceId)
    const resampler = new Resampler(sourceId, options, slot.initial as ResamplerState | undefined)
    slot.onSave(() => resampler.snapshot())
    return {
      push(piece, emit) {
        for (const gridPiece of resampler.push(piece)) emit(gridPiece)
      },
      release: () => slot.release(),
    }
  })
}
