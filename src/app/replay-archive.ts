import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { HookStatus } from '../contract/alert.ts'
import type { Config } from '../contract/config.ts'
import type { DetectionWire } from '../contract/detection.ts'
import type { EventWire } from '../contract/event.ts'
import { FORGETFUL_STATE } from '../domain/ports.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { SourceId } from '../domain/source-id.ts'
import { openHooks } from '../io/alerts/open-hooks.ts'
import type { Environment } from '../io/alerts/secrets.ts'
import { type ArchiveProgress, openArchive } from '../io/archive/index.ts'
import { openStore } from '../io/store/store.ts'
import type { StoreBatch, StoredMessages } from '../io/store/store-batch.ts'
import { AlertDesk } from './alerts/alert-desk.ts'
import { alertPlanner } from './alerts/alert-planner.ts'
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
  /** Tells the hooks of the configuration what its rules say, marked as a replay; secrets come from here. */
  readonly alerts?: { readonly environment: Environment }
}

export interface ReplaySummary {
  readonly packets: number
  readonly bytes: number
  readonly channels: number
  readonly windows: number
  /** Sum over instruments, seconds of scored data time. */
  readonly scoredSeconds: number
  readonly suppressed: number
  /** How the hooks stand at the end; what waits stays in the store. */
  readonly hooks: readonly HookStatus[]
}

const MOST_WAIT_MILLIS = 30_000
const LOOK_MILLIS = 50

/** Archived miniSEED through the monitor's own pipeline; every station found is accepted. */
export async function replayArchive(options: ReplayArchiveOptions): Promise<ReplaySummary> {
  const { config, model, onProblem } = options
  const archive = await openArchive(options.paths, {
    onProblem,
    ...(options.onIndexProgress ? { onProgress: options.onIndexProgress } : {}),
  })
  const { store, desk } = openReplayStore(options)
  let windows = 0
  const recorder = new Recorder({
    store,
    clock: SYSTEM_CLOCK,
    gridRate: model.card.sampleRate,
    checkpoint: NO_CHECKPOINT,
    latencyOf: () => ({}),
    onMessages: (messages) => {
      desk?.wake()
      options.onMessages(messages)
    },
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
    const hooks = desk ? await settled(desk, options.signal) : []
    const scoredSeconds = windows * config.window.strideSeconds
    return { ...result, channels: archive.streams.length, windows, scoredSeconds, suppressed: recorder.suppressed, hooks }
  } finally {
    await desk?.stop()
    archive.close()
    store.close()
  }
}

interface ReplayStore {
  commit(batch: StoreBatch): StoredMessages
  close(): void
}

function openReplayStore(options: ReplayArchiveOptions): { store: ReplayStore; desk?: AlertDesk } {
  const { database, config, onProblem, alerts } = options
  if (alerts === undefined && database === undefined) return { store: new TransientStore() }
  const { keepScoresDays, maximumMegabytes } = config.store
  const { strideSeconds } = config.window
  const common = { clock: SYSTEM_CLOCK, keepScoresDays, maximumMegabytes, strideSeconds, onProblem }
  if (database !== undefined && alerts === undefined) return { store: openStore(database, common) }
  const planner = alertPlanner(config)
  const hooks = openHooks(config, alerts?.environment ?? {}, SYSTEM_CLOCK)
  const store = openStore(database ?? scratchFile(), { ...common, planner })
  const desk = new AlertDesk({ hooks, config, planner, outbox: store.outbox, clock: SYSTEM_CLOCK, onProblem, isReplay: true })
  desk.start()
  return { store, desk }
}

/** The outbox of a replay that keeps nothing. */
function scratchFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quakewire-replay-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'alerts.db')
}

/** What is due is told; a hook that fails is not waited for longer than this. */
async function settled(desk: AlertDesk, signal: AbortSignal | undefined): Promise<HookStatus[]> {
  const end = performance.now() + MOST_WAIT_MILLIS
  desk.deliveries({ limit: 1 })
  while (desk.statuses().some(({ oldestSeconds }) => oldestSeconds !== null)) {
    if (signal?.aborted || performance.now() > end) break
    await pause(LOOK_MILLIS)
  }
  return desk.statuses()
}
