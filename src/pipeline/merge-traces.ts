import type { OperatorFunction } from 'rxjs'
import type { PipelineState } from '../domain/ports.ts'
import type { SourceId } from '../domain/source-id.ts'
import type { TracePiece, TraceRecord } from '../domain/trace.ts'
import type { MergeCounters } from '../signal/merge-counters.ts'
import { TraceMerger, type TraceMergerOptions, type TraceMergerState } from '../signal/trace-merger.ts'
import { stage } from './stage.ts'

/**
 * Records of one channel, in any order inside the horizon → contiguous segments and gaps.
 *
 * @param onCounters is given the channel's counters once; they go on counting
 */
export function mergeTraces(
  sourceId: SourceId,
  options: TraceMergerOptions,
  state: PipelineState,
  onCounters: (sourceId: SourceId, counters: Readonly<MergeCounters>) => void,
): OperatorFunction<TraceRecord, TracePiece> {
  return stage(() => {
    const slot = state.slot('merge', sourceId)
    const merger = new TraceMerger(sourceId, options, slot.initial as TraceMergerState | undefined)
    onCounters(sourceId, merger.counters)
    slot.onSave(() => merger.snapshot())
    return {
      push(record, emit) {
        for (const piece of merger.push(record)) emit(piece)
      },
      end(emit) {
        for (const piece of merger.flush()) emit(piece)
      },
      release: () => slot.release(),
    }
  })
}
