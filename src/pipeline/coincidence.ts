import { Observable, type OperatorFunction } from 'rxjs'
import { Coincidence, type CoincidenceState } from '../detection/coincidence.ts'
import type { CoincidenceOptions } from '../detection/coincidence-options.ts'
import type { TriggerOutput } from '../detection/trigger.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { CoincidenceOutput } from '../domain/network-event.ts'
import { NETWORK, type PipelineState } from '../domain/ports.ts'
import { type InstrumentId, type StationId, stationOfInstrument } from '../domain/source-id.ts'
import type { FramePiece } from '../domain/window.ts'

/**
 * Detections of all stations → network events.
 *
 * @param frame$ tells how far the data of each station have come; a few comparisons per frame, nothing per score
 * @param gridRate Hz
 */
export function coincidence(
  options: CoincidenceOptions,
  frame$: Observable<FramePiece>,
  gridRate: number,
  state: PipelineState,
): OperatorFunction<TriggerOutput, CoincidenceOutput> {
  return (detection$) =>
    new Observable((subscriber) => {
      const slot = state.slot('coincidence', NETWORK)
      const current = new Coincidence(options, slot.initial as CoincidenceState | undefined)
      slot.onSave(() => current.snapshot())
      const emit = (output: CoincidenceOutput) => subscriber.next(output)
      const stations = new Map<InstrumentId, StationId>()
      const stationOf = (instrument: InstrumentId) => {
        const station = stations.get(instrument) ?? stationOfInstrument(instrument)
        stations.set(instrument, station)
        return station
      }
      subscriber.add(() => slot.release())
      subscriber.add(
        detection$.subscribe({
          next: (output) => output.kind === 'detection' && current.push(output.detection, emit),
          error: (error) => subscriber.error(error),
          complete: () => {
            current.end(emit)
            subscriber.complete()
          },
        }),
      )
      subscriber.add(
        frame$.subscribe((piece) => {
          if (piece.kind === 'gap') return
          const end = gridIndexToMicros(piece.firstIndex + piece.samples.length / 3 - 1, gridRate)
          current.advance(stationOf(piece.instrument), end, emit)
        }),
      )
    })
}
