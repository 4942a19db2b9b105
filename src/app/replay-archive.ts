import type { Config } from '../contract/config.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import { FORGETFUL_STATE } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { SourceId } from '../domain/source-id.ts'
import { type ArchiveProgress, openArchive } from '../io/archive/index.ts'
import type { StoreBatch, StoredMessages } from '../io/store/store.ts'
import { openStore } from '../io/store/store.ts'
import type { LoadedModel } from './load-model.ts'
import type { MonitorStreams } from './monitor.ts'
import { monitorParts } from './monitor-parts.ts'
import { NO_CHECKPOINT, REPLAY_PACE, Recorder } from './recorder.ts'
import { replay } from './replay.ts'
import { SYSTEM_CLOCK } from './system-clock.ts'
import { TransientStore } from './transient-store.ts'

export interface ReplayArchiveOptions {
  readonly paths: readonly string[]
  readonly config: Config
  readonly model: LoadedModel
  readonly speed: number | 'max'
  /** SQLite file to store into; absent: nothing is kept. */
  readonly database?: string
  readonly onMessages: (messages: readonly DetectionWire[]) => void
  readonly onEvents?: (events: readonly EventWire[]) => void
  /** Default: every channel. */
  readonly isAccepted?: (sourceId: SourceId) => boolean
  /** For those who want scores, too (`evaluate`). */
  readonly onStreams?: (streams: MonitorStreams) => void
  readonly onIndexProgress?: (progress: ArchiveProgress) => void
  readonly onProgress?: (bytes: number, totalBytes: number) => void
  readonly onProblem: OnProblem
  readonly signal?: AbortSignal
}

export interface ReplaySummary {
  readonly packets: number
  readonly bytes: number
  readonly channels: number
  readonly windows: number
  /** Sum over instruments, seconds of scored data time. */
  readonly scoredSeconds: number
  readonly suppressed: number
}

/** Archived miniSEED through the monitor's own pipeline; every station found is accepted. */
export async function replayArchive(options: ReplayArchiveOptions): Promise<ReplaySummary> {
  const { config, model, onProblem } = options
  const archive = await openArchive(options.paths, {
    onProblem,
    ...(options.onIndexProgress ? { onProgress: options.onIndexProgress } : {}),
  })
  const store = openReplayStore(options)
  let windows = 0
  const recorder = new Recorder({
    store,
    clock: SYSTEM_CLOCK,
    gridRate: model.card.sampleRate,
    checkpoint: NO_CHECKPOINT,
    latencyOf: () => ({}),
    onMessages: options.onMessages,
    ...(options.onEvents ? { onEvents: options.onEvents } : {}),
    onProblem,
    pace: REPLAY_PACE,
  })
  try {
    let bytesDone = 0
    const result = await replay({
      archive,
      speed: options.speed,
      onProblem,
      ...(options.signal ? { signal: options.signal } : {}),
      parts: monitorParts(config, model, {
        isAccepted: options.isAccepted ?? (() => true),
        state: FORGETFUL_STATE,
        onLatency: () => {},
        onCounters: () => {},
        onProblem,
      }),
      onStreams: (streams) => {
        recorder.record(streams)
        streams.scores$.subscribe((piece) => {
          if (piece.kind === 'scored') windows++
        })
        options.onStreams?.(streams)
      },
      onPacket: ({ bytes }) => {
        recorder.settle()
        bytesDone += bytes.length
        options.onProgress?.(bytesDone, archive.byteLength)
      },
    })
    recorder.commit()
    const scoredSeconds = windows * config.window.strideSeconds
    return { ...result, channels: archive.streams.length, windows, scoredSeconds, suppressed: recorder.suppressed }
  } finally {
    archive.close()
    store.close()
  }
}

interface ReplayStore {
  commit(batch: StoreBatch): StoredMessages
  close(): void
}

function openReplayStore({ database, config, onProblem }: ReplayArchiveOptions): ReplayStore {
  if (database === undefined) return new TransientStore()
  const { keepScoresDays, maximumMegabytes } = config.store
  const { strideSeconds } = config.window
  return openStore(database, { clock: SYSTEM_CLOCK, keepScoresDays, maximumMegabytes, strideSeconds, onProblem })
}
