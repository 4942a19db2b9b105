import { Observable, type OperatorFunction } from 'rxjs'
import type { Classifier, PipelineState } from '../domain/ports.ts'
import type { PreprocessSpec } from '../domain/preprocess-spec.ts'
import { ASKED_FROM, withSecondOpinion } from '../domain/second-opinion.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { TracePiece } from '../domain/trace.ts'
import type { FramePiece, ScoredPiece, ScoredWindow } from '../domain/window.ts'
import { createPreprocessor } from '../signal/preprocess.ts'
import { RecentRows, type RecentRowsState } from '../signal/recent-rows.ts'
import { type FrameOptions, toFrames } from './to-frames.ts'

/** Another model, on a grid of its own. */
export interface SecondModel {
  readonly classifier: Classifier
  /** Hz, a multiple of the first model's. */
  readonly gridRate: number
  readonly preprocess: PreprocessSpec
}

/** What the first model is given. */
export interface FirstModel extends Pick<FrameOptions, 'gridRate' | 'assemble'> {
  readonly frames$: Observable<FramePiece>
  /** Rows. */
  readonly windowLength: number
}

/**
 * Asks a second model about each window that the first does not take for noise; the score is then both models'. Where an instrument is too
 * slow for the second model's grid, or its rows are not all there, the first model's score stays.
 *
 * @param traces$ the data of the first model's frames, ahead of them: the second's rows are there when a window is asked about
 */
export function secondOpinion(
  second: SecondModel,
  first: FirstModel,
  traces$: Observable<TracePiece>,
  state: PipelineState,
): OperatorFunction<ScoredPiece, ScoredPiece> {
  const { classifier, gridRate } = second
  const { windowLength, channels } = classifier
  const prepare = createPreprocessor(second.preprocess, { windowLength, channels, sampleRate: gridRate })
  const raw = new Float64Array(windowLength * channels)
  const input = new Float32Array(raw.length)
  const finer = gridRate / first.gridRate
  // What is wrong with the data has been said for the first model.
  const finerFrames = toFrames({ gridRate, assemble: first.assemble, onProblem: () => {} }, apart(state))

  return (scored$) =>
    new Observable((subscriber) => {
      const instruments = new Map<InstrumentId, RecentRows>()
      const rowsOf = (instrument: InstrumentId) => instruments.get(instrument) ?? open(instrument)
      function open(instrument: InstrumentId): RecentRows {
        const slot = apart(state).slot('rows', instrument)
        const rows = new RecentRows(slot.initial as RecentRowsState | undefined)
        slot.onSave(() => rows.snapshot())
        subscriber.add(() => slot.release())
        instruments.set(instrument, rows)
        return rows
      }

      function ask(scored: ScoredWindow): ScoredWindow {
        const isThere = rowsOf(scored.instrument).copyTo(scored.window.firstIndex * finer, raw)
        if (!isThere || !prepare(raw, input)) return scored
        const opinion = classifier.classify(input, 1)[0]!
        return { ...scored, score: withSecondOpinion(scored.score, opinion), secondOpinion: opinion }
      }

      subscriber.add(traces$.pipe(finerFrames).subscribe((piece) => rowsOf(piece.instrument).push(piece)))
      subscriber.add(
        first.frames$.subscribe((piece) => {
          if (piece.kind === 'gap') return
          // No window from here on begins earlier.
          rowsOf(piece.instrument).forgetBefore((piece.firstIndex - first.windowLength + 1) * finer)
        }),
      )
      subscriber.add(
        scored$.subscribe({
          next: (piece) => subscriber.next(piece.kind === 'gap' || piece.score < ASKED_FROM ? piece : ask(piece)),
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      )
    })
}

/** The second model's stages keep their state beside those of the same name. */
function apart(state: PipelineState): PipelineState {
  const nameOf = (stage: string) => `second-${stage}`
  return { slot: (stage, key) => state.slot(nameOf(stage), key), saved: (stage) => state.saved(nameOf(stage)) }
}
