import { Subscription } from 'rxjs'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import type { TriggerOutput } from '../detection/trigger.ts'
import type { Latency } from '../domain/detection.ts'
import { MonitorError } from '../domain/errors.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { CoincidenceOutput, NetworkEvent } from '../domain/network-event.ts'
import type { Clock } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import type { ScoredPiece } from '../domain/window.ts'
import type { StoredDetection } from '../io/store/detection-table.ts'
import type { StoredScore } from '../io/store/score-blocks.ts'
import type { StoreBatch, StoredMessages } from '../io/store/store-batch.ts'
import type { MonitorStreams } from './monitor.ts'
import type { WaveformCollector } from './waveform-collector.ts'

export interface RecorderOptions {
  /** The store, or what stands in for it. */
  readonly store: { commit(batch: StoreBatch): StoredMessages }
  readonly clock: Clock
  /** Hz of the model's grid. */
  readonly gridRate: number
  readonly checkpoint: Checkpoint
  /** Absent: waveforms are not kept. */
  readonly waveforms?: WaveformCollector | undefined
  /** Asked when the pipeline hands a detection over. */
  readonly latencyOf: (instrument: InstrumentId) => Latency
  /** Each message, when the pipeline handed it over, and when it was on disk; before `onMessages`. */
  readonly onStored?: (message: DetectionWire, handed: Micros, stored: Micros) => void
  /** What was stored and is now public. */
  readonly onMessages: (messages: readonly DetectionWire[]) => void
  /** After their detections. */
  readonly onEvents?: (events: readonly EventWire[]) => void
  /** What the store refuses is announced all the same, once; it comes through `onMessages` when it is stored later. */
  readonly onUnstored?: (detections: readonly StoredDetection[]) => void
  readonly onCommit?: (isDone: boolean) => void
  readonly onProblem: OnProblem
  readonly pace: CommitPace
}

/** State of the pipeline and positions of the servers to go with a commit; asked only between packets. */
export interface Checkpoint {
  take(): Pick<StoreBatch, 'checkpoints' | 'positions' | 'gaps'>
  /** A station has begun whose position was never stored: without one a restart would begin at the present. */
  isUrgent(): boolean
  /** What was taken last is on disk. */
  done(): void
}

export const NO_CHECKPOINT: Checkpoint = { take: () => ({}), isUrgent: () => false, done() {} }

export interface CommitPace {
  /** Commit as soon as a packet brought a detection: an alert must not wait. */
  readonly atDetections: boolean
  /** Otherwise after this long, injected clock. */
  readonly seconds: number
  /** Or after this many scores. */
  readonly scores: number
}

/** A live monitor stores detections at once and the rest every few seconds. */
export const LIVE_PACE: CommitPace = { atDetections: true, seconds: 5, scores: 10_000 }
/** A replay reports as it goes but does not wait for the disk after each detection. */
export const REPLAY_PACE: CommitPace = { atDetections: false, seconds: 1, scores: 20_000 }

/** A store that has just refused is left alone for this long. */
const RETRY_SECONDS = 1
/** While the store refuses, this many scores wait in memory; then the oldest go. */
const MOST_WAITING_SCORES = 200_000

/** What the pipeline handed over, and when. */
type Handed = Extract<TriggerOutput, { kind: 'detection' }> & { readonly latency: Latency; readonly handed: Micros }

/**
 * Stores what the pipeline finds, in one transaction with the state that the pipeline has after the same packet, and publishes
 * detections only when they are stored. A store that fails does not stop detection: what it refused waits and is tried again.
 */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #subscription = new Subscription()
  #outputs: Handed[] = []
  #events: NetworkEvent[] = []
  #scores: StoredScore[] = []
  #lastCommit: Micros
  #suppressed = 0
  #hasFailed = false
  /** Of #outputs, so many were announced without being stored. */
  #announced = 0

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#lastCommit = options.clock.now()
  }

  /** Detections that did not last; they are counted, not stored. */
  get suppressed(): number {
    return this.#suppressed
  }

  record({ frames$, scores$, detections$, events$ }: Omit<MonitorStreams, 'records$'>): void {
    const { waveforms } = this.#options
    if (waveforms) this.#subscription.add(frames$.subscribe((piece) => waveforms.add(piece)))
    this.#subscription.add(detections$.subscribe((output) => this.#onOutput(output)))
    this.#subscription.add(events$.subscribe((output) => this.#onEvent(output)))
    this.#subscription.add(scores$.subscribe((piece) => this.#onScore(piece)))
  }

  /** Call after each packet: commits when it is time. */
  settle(): void {
    const { checkpoint, pace, clock } = this.#options
    const { atDetections, seconds, scores } = pace
    const secondsSince = (clock.now() - this.#lastCommit) / 1e6
    if (this.#hasFailed && secondsSince < RETRY_SECONDS) return
    const isDue =
      checkpoint.isUrgent() ||
      (atDetections && this.#outputs.length + this.#events.length > 0) ||
      this.#scores.length >= scores ||
      secondsSince >= seconds
    if (isDue) this.commit()
  }

  commit(): void {
    const { store, checkpoint, waveforms, onMessages, onProblem, clock } = this.#options
    this.#lastCommit = clock.now()
    try {
      const { messages, events } = store.commit({ ...this.#batch(), ...checkpoint.take() })
      this.#tellStored(messages)
      checkpoint.done()
      waveforms?.clear()
      this.#hasFailed = false
      this.#outputs = []
      this.#events = []
      this.#announced = 0
      this.#scores = []
      this.#options.onCommit?.(true)
      onMessages(messages)
      if (events.length > 0) this.#options.onEvents?.(events)
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error
      this.#hasFailed = true
      onProblem({ code: error.code, message: error.message })
      this.#options.onCommit?.(false)
      this.#announce()
      if (this.#scores.length > MOST_WAITING_SCORES) this.#scores = this.#scores.slice(-MOST_WAITING_SCORES / 2)
    }
  }

  /** Commits, waveforms whose minute is not over as well. */
  commitAll(): void {
    this.#options.waveforms?.endPieces()
    this.commit()
  }

  stop(): void {
    this.#subscription.unsubscribe()
  }

  #tellStored(messages: readonly DetectionWire[]): void {
    const { onStored, clock } = this.#options
    if (!onStored || messages.length === 0) return
    const stored = clock.now()
    for (const message of messages) {
      const output = this.#outputs.find(({ detection }) => detection.id === message.id && detection.state === message.state)
      if (output) onStored(message, output.handed, stored)
    }
  }

  #announce(): void {
    const news = this.#outputs.slice(this.#announced)
    this.#announced = this.#outputs.length
    if (news.length > 0) this.#options.onUnstored?.(news.map(storedOf))
  }

  #onOutput(output: TriggerOutput): void {
    if (output.kind !== 'detection') {
      this.#suppressed++
      return
    }
    const { latencyOf, clock } = this.#options
    this.#outputs.push({ ...output, handed: clock.now(), latency: latencyOf(output.detection.instrument) })
  }

  #onEvent(output: CoincidenceOutput): void {
    if (output.kind === 'event') {
      this.#events.push(output.event)
      return
    }
    const { detection, instrument, lateSeconds } = output
    const message = `event: expected an onset not older than the watermark, got one ${lateSeconds.toFixed(1)} s behind it; ${detection} takes part in no event (coincidence.holdSeconds)`
    this.#options.onProblem({ code: 'EVENT_LATE', message, where: instrument })
  }

  #onScore(piece: ScoredPiece): void {
    if (piece.kind === 'gap') return
    const { firstIndex, samples } = piece.window
    const endTime = gridIndexToMicros(firstIndex + samples.length / 3 - 1, this.#options.gridRate)
    const { instrument, score, arrival } = piece
    this.#scores.push({ instrument, endTime, score, ...(arrival && { arrival }) })
  }

  #batch(): StoreBatch {
    const { gridRate, waveforms } = this.#options
    return {
      ...(waveforms && { waveforms: waveforms.waiting }),
      relevances: this.#outputs.flatMap(({ detection, peakWindow, relevance }) =>
        relevance && detection.relevance
          ? {
              detectionId: detection.id,
              startTime: gridIndexToMicros(peakWindow.firstIndex, gridRate),
              rate: gridRate,
              beta: detection.relevance.beta,
              values: relevance,
            }
          : [],
      ),
      detections: this.#outputs.map(storedOf),
      snippets: this.#outputs.map(({ detection, snippet }) => ({
        detectionId: detection.id,
        startTime: gridIndexToMicros(snippet.firstIndex, gridRate),
        rate: gridRate,
        samples: new Float32Array(snippet.samples),
      })),
      peakWindows: this.#outputs.map(({ detection, peakWindow }) => ({
        detectionId: detection.id,
        startTime: gridIndexToMicros(peakWindow.firstIndex, gridRate),
        rate: gridRate,
        samples: peakWindow.samples,
      })),
      scores: this.#scores,
      events: this.#events,
    }
  }
}

function storedOf({ detection, latency }: Handed): StoredDetection {
  return { detection, latency }
}
