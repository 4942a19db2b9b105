import { filter, identity, type Observable, Subject, share, tap } from 'rxjs'
import type { CoincidenceOptions } from '../detection/coincidence-options.ts'
import type { TriggerOptions, TriggerOutput } from '../detection/trigger.ts'
import type { CoincidenceOutput } from '../domain/network-event.ts'
import type { OnsetSpec } from '../domain/onset-spec.ts'
import type { Packet } from '../domain/packet.ts'
import type { Classifier, Explainer, PipelineState } from '../domain/ports.ts'
import type { PreprocessSpec } from '../domain/preprocess-spec.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { InstrumentId, SourceId } from '../domain/source-id.ts'
import type { TracePiece, TraceRecord } from '../domain/trace.ts'
import type { FramePiece, ScoredPiece } from '../domain/window.ts'
import { classify } from '../pipeline/classify.ts'
import { coincidence } from '../pipeline/coincidence.ts'
import { decodeMiniseed } from '../pipeline/decode-miniseed.ts'
import { explain } from '../pipeline/explain.ts'
import { measureLatency, type OnLatency } from '../pipeline/measure-latency.ts'
import { mergeTraces } from '../pipeline/merge-traces.ts'
import { perChannel } from '../pipeline/per-channel.ts'
import { perStation } from '../pipeline/per-station.ts'
import { preprocess } from '../pipeline/preprocess.ts'
import { type SecondModel, secondOpinion } from '../pipeline/second-opinion.ts'
import { slidingWindows } from '../pipeline/sliding-windows.ts'
import { type FrameOptions, toFrames } from '../pipeline/to-frames.ts'
import { trigger } from '../pipeline/trigger.ts'
import { weighOnsets } from '../pipeline/weigh-onsets.ts'
import type { MergeCounters } from '../signal/merge-counters.ts'
import { createOnsetMeter } from '../signal/onset-meter.ts'
import { createPreprocessor } from '../signal/preprocess.ts'
import type { TraceMergerOptions } from '../signal/trace-merger.ts'

/** Everything that can change a score or a detection, and where problems and latencies are told. */
export interface MonitorParts {
  readonly classifier: Classifier
  /** Hz of the model's grid. */
  readonly gridRate: number
  /** Samples between window starts. */
  readonly stride: number
  readonly preprocess: PreprocessSpec
  /** Absent: onsets do not weigh. */
  readonly onset?: OnsetSpec
  /** Asked about windows in which the classifier sees something; absent: nobody is. */
  readonly second?: SecondModel
  readonly merge: TraceMergerOptions
  readonly assemble: FrameOptions['assemble']
  readonly trigger: (instrument: InstrumentId) => TriggerOptions
  readonly coincidence: CoincidenceOptions
  /** Absent: detections are not explained. */
  readonly explainer?: Explainer
  /** Channels that are not accepted are dropped: groups live as long as the stream. */
  readonly isAccepted: (sourceId: SourceId) => boolean
  /** Asked for each record; live, one that another server has brought already, or that has to wait, goes no further. */
  readonly isWanted?: (record: TraceRecord) => boolean
  readonly state: PipelineState
  readonly onLatency: OnLatency
  /** Given each channel's merge counters once; they go on counting. */
  readonly onCounters: (sourceId: SourceId, counters: Readonly<MergeCounters>) => void
  /** Told what each channel's trace consists of: segments and gaps. */
  readonly onTrace?: (piece: TracePiece) => void
  readonly onProblem: OnProblem
}

export interface MonitorStreams {
  readonly records$: Observable<TraceRecord>
  /** Three-component samples on the grid: the feed's waveforms. */
  readonly frames$: Observable<FramePiece>
  readonly scores$: Observable<ScoredPiece>
  readonly detections$: Observable<TriggerOutput>
  readonly events$: Observable<CoincidenceOutput>
}

/**
 * The whole pipeline: packets in, detections and events out, synchronously. When `next(packet)` returns, everything that follows from the
 * packet has been handed to the subscribers; live and replay differ in nothing but where the packets come from.
 */
export function monitor(packets$: Observable<Packet>, parts: MonitorParts): MonitorStreams {
  const { classifier, gridRate, stride, assemble, second, state, onProblem } = parts
  const { windowLength, channels } = classifier
  // One for all instruments: less memory, and faster because the compiler then knows where its scratch space lies.
  const prepare = createPreprocessor(parts.preprocess, { windowLength, channels, sampleRate: gridRate })
  const measureOnset = createOnsetMeter({ windowLength, channels, sampleRate: gridRate, stride })

  // At the end of the data all that was open closes, also of stations that were not heard since a restart.
  const restored = (stage: string) => () => state.saved(stage)

  const records$ = packets$.pipe(
    decodeMiniseed(parts.isAccepted, onProblem),
    filter(parts.isWanted ?? (() => true)),
    measureLatency(parts.onLatency),
    share(),
  )

  // What the second model is given is ahead of the first model's frames: its rows are there when it is asked.
  const ahead$ = new Subject<TracePiece>()
  const traces$ = records$.pipe(
    perChannel(
      (record$, sourceId) =>
        record$.pipe(mergeTraces(sourceId, parts.merge, state, parts.onCounters), tap(parts.onTrace ?? (() => {}))),
      restored('merge'),
    ),
    tap(ahead$),
  )

  const frames$ = traces$.pipe(toFrames({ gridRate, assemble, onProblem }, state), share())

  const scores$ = frames$.pipe(
    perStation(
      (frame$, instrument) =>
        frame$.pipe(
          slidingWindows(instrument, { windowLength, stride, gridRate }, state),
          preprocess(prepare, windowLength * channels),
        ),
      restored('window'),
    ),
    classify(classifier),
    second ? secondOpinion(second, { gridRate, windowLength, assemble, frames$ }, ahead$, state) : identity,
    weighOnsets(measureOnset, parts.onset, gridRate),
    share(),
  )

  const detections$ = scores$.pipe(
    perStation((score$, instrument) => score$.pipe(trigger(instrument, parts.trigger(instrument), state)), restored('trigger')),
    explain(parts.explainer, prepare, gridRate),
    share(),
  )

  const events$ = detections$.pipe(coincidence(parts.coincidence, frames$, gridRate, state), share())

  return { records$, frames$, scores$, detections$, events$ }
}
