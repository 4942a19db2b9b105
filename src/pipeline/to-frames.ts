import { type OperatorFunction, pipe } from 'rxjs'
import type { PipelineState } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { GridPiece, TracePiece } from '../domain/trace.ts'
import type { FramePiece } from '../domain/window.ts'
import type { ComponentAssemblerOptions } from '../signal/component-assembler.ts'
import { assembleThreeComponents } from './assemble-three-components.ts'
import { perChannel } from './per-channel.ts'
import { perStation } from './per-station.ts'
import { resampleTo } from './resample-to.ts'

export interface FrameOptions {
  /** Hz. */
  readonly gridRate: number
  readonly assemble: (instrument: InstrumentId) => Omit<ComponentAssemblerOptions, 'gridRate' | 'onProblem'>
  readonly onProblem: OnProblem
}

/** Traces of all channels → each instrument's three components side by side on the absolute grid. */
export function toFrames(
  { gridRate, assemble, onProblem }: FrameOptions,
  state: PipelineState,
): OperatorFunction<TracePiece, FramePiece> {
  return pipe(
    perChannel<TracePiece, GridPiece>(
      (trace$, sourceId) => trace$.pipe(resampleTo(sourceId, { gridRate, onProblem }, state)),
      () => state.saved('resample'),
    ),
    perStation<GridPiece, FramePiece>(
      (grid$, instrument) =>
        grid$.pipe(assembleThreeComponents(instrument, { ...assemble(instrument), gridRate, onProblem }, state)),
      () => state.saved('assemble'),
    ),
  )
}
