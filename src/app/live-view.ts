import type { Config } from '../contract/config.ts'
import type { MonitorMode } from '../contract/feed.ts'
import type { ModelSummary, SystemHealth } from '../contract/health.ts'
import type { DetectionAnswer, ScoreRunWire } from '../contract/http.ts'
import type { Clock } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { formatMicros, type Micros, parseIsoMicros } from '../domain/time.ts'
import type { Store } from '../io/store/store.ts'
import type { MonitorView } from '../server/monitor-view.ts'
import type { LiveMonitor } from './live-monitor.ts'
import type { LoadedModel } from './load-model.ts'
import type { ProblemCounter } from './problem-counter.ts'

export interface LiveViewOptions {
  readonly version: string
  readonly mode: MonitorMode
  readonly clock: Clock
  readonly config: Config
  readonly model: LoadedModel
  readonly store: Store
  readonly live: LiveMonitor
  readonly problems: ProblemCounter
  readonly windows: () => number
  readonly metrics: MonitorView['metrics']
}

/** Scores shown around a detection, s. */
const SCORES_AROUND_SECONDS = 60

/** The running monitor as HTTP and feed see it. */
export function liveView(options: LiveViewOptions): MonitorView {
  const { version, mode, clock, store, live, model, config } = options
  return {
    version,
    mode,
    startedAt: clock.now(),
    clock,
    storeId: store.id,
    newestSeq: () => store.newestSeq,
    messagesSince: (seq, limit) => store.messagesSince(seq, limit),
    detections: (filter, page) => store.detections(filter, page),
    detection: (id) => detectionAnswer(store, id),
    findDetection: (id) => store.detection(id),
    setLabel: (id, value, by) => store.setLabel(id, value, by),
    scores: (instrument, from, to) => scoreRuns(store, instrument, from, to),
    stations: () => live.board.statuses(),
    system: () => systemHealth(options),
    model: () => modelSummary(model, config),
    modelCard: () => model.card,
    metrics: options.metrics,
  }
}

function detectionAnswer(store: Store, id: string): DetectionAnswer | undefined {
  const detection = store.detection(id)
  if (!detection) return undefined
  const snippet = store.snippet(id)
  const from = (parseIsoMicros(detection.on) ?? 0) - SCORES_AROUND_SECONDS * 1e6
  const to = (parseIsoMicros(detection.off ?? detection.peak.time) ?? 0) + SCORES_AROUND_SECONDS * 1e6
  return {
    detection,
    waveform: snippet
      ? {
          startTime: formatMicros(snippet.startTime),
          rate: snippet.rate,
          Z: componentOf(snippet.samples, 0),
          N: componentOf(snippet.samples, 1),
          E: componentOf(snippet.samples, 2),
        }
      : null,
    scores: scoreRuns(store, detection.instrument as InstrumentId, from, to),
    labels: store.labels(id).map(({ value, by, time }) => ({ value, by, time: formatMicros(time) })),
  }
}

function componentOf(samples: Float32Array, column: number): number[] {
  return Array.from({ length: samples.length / 3 }, (_, row) => samples[row * 3 + column] as number)
}

function scoreRuns(store: Store, instrument: InstrumentId, from: Micros, to: Micros): ScoreRunWire[] {
  return store.scores(instrument, from, to).map(({ endTime, strideSeconds, scores }) => ({
    endTime: formatMicros(endTime),
    strideSeconds,
    scores: Array.from(scores),
  }))
}

function systemHealth({ store, live, problems, windows }: LiveViewOptions): SystemHealth {
  const servers = live.links.statuses()
  const { state, reason, bytes } = store.status
  const reasons = [
    ...(state === 'degraded' ? [`store: ${reason ?? 'refuses to write'}; detection goes on`] : []),
    ...servers
      .filter((server) => server.state === 'waiting' || server.state === 'rejected')
      .map((server) => `server ${server.url}: ${server.reason ?? server.state}`),
  ]
  return {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons,
    servers,
    store: { state, bytes, ...(reason === undefined ? {} : { reason }) },
    problems: problems.counts(),
    detections: store.detectionCount,
    windows: windows(),
    dataTime: live.board.newest === null ? null : formatMicros(live.board.newest),
  }
}

export function modelSummary(model: LoadedModel, config: Config): ModelSummary {
  const { card } = model
  const { on, off } = config.trigger
  return {
    model: model.id,
    engine: model.engine,
    gridRate: card.sampleRate,
    windowSeconds: (card.windowLength - 1) / card.sampleRate,
    strideSeconds: config.window.strideSeconds,
    components: [...card.components],
    trigger: { on, off },
  }
}
