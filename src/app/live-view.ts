import type { HookStatus } from '../contract/alert.ts'
import type { Config } from '../contract/config.ts'
import type { MonitorMode } from '../contract/feed.ts'
import type { GapsAnswer } from '../contract/gaps.ts'
import type { ModelSummary, ServerStatus, SystemHealth } from '../contract/health.ts'
import type { Clock } from '../domain/ports.ts'
import { formatMicros, type Micros } from '../domain/time.ts'
import { hasModelReport, readModelReport } from '../io/model-report.ts'
import type { Store } from '../io/store/store.ts'
import type { JourneyLog } from '../server/journey-log.ts'
import type { MonitorView } from '../server/monitor-view.ts'
import type { AlertDesk } from './alerts/alert-desk.ts'
import { DetectionStudy } from './detection-study.ts'
import type { DrillDesk } from './drill/drill-desk.ts'
import type { AppLog } from './health/app-log.ts'
import type { HealthHistory } from './health/health-history.ts'
import type { LiveMonitor } from './live-monitor.ts'
import type { LoadedModel } from './load-model.ts'
import { modelKernels } from './model-kernels.ts'
import type { ProblemCounter } from './problem-counter.ts'
import { ScoreDistributions } from './score-distribution.ts'
import { stationTroubles } from './station-troubles.ts'
import { storeView } from './store-view.ts'
import { storedWaveforms } from './stored-waveforms.ts'

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
  readonly alerts: AlertDesk
  readonly history: HealthHistory
  readonly log: AppLog
  readonly journeys: JourneyLog
  readonly drills: DrillDesk
  readonly whatIf: MonitorView['whatIf']
  readonly settings: MonitorView['settings']
}

/** The running monitor as HTTP and feed see it. */
export function liveView(options: LiveViewOptions): MonitorView {
  const { version, mode, clock, store, live, model, config } = options
  const stored = storeView(store)
  const watched = [...new Set(config.servers.flatMap(({ stations }) => stations))]
  const distributions = new ScoreDistributions({ store, instruments: watched, card: model.card })
  return {
    ...stored,
    setLabel: (id, value, by) => {
      const message = stored.setLabel(id, value, by)
      options.alerts.wake()
      return message
    },
    detection: (id) => {
      const answer = stored.detection(id)
      if (!answer) return undefined
      const known = new Map([...answer.journeys, ...options.journeys.of(id)].map((each) => [each.seq, each]))
      return { ...answer, journeys: [...known.values()] }
    },
    scoreDistribution: (request) => distributions.ask(request),
    waveforms: (instrument, from, to, maximumPoints) => {
      const read = (first: Micros, last: Micros) => store.waveforms(instrument, first, last)
      return storedWaveforms({ from, to, maximumPoints }, model.card.sampleRate, read)
    },
    gaps: (query) => ({ ...stored.gaps(query), channels: accountsOf(live, query.prefix) }),
    version,
    mode,
    startedAt: clock.now(),
    clock,
    stations: () => live.board.statuses(),
    system: () => systemHealth(options),
    healthHistory: () => options.history.ofAll(watched),
    instrumentHistory: (instrument) => (watched.includes(instrument) ? options.history.ofInstrument(instrument) : undefined),
    latency: () => options.journeys.distribution(),
    log: (since, level) => options.log.lines(since, level),
    model: () => modelSummary(model, config),
    modelCard: () => model.card,
    modelKernels: () => modelKernels(model.id, model.network),
    hasModelReport: () => hasModelReport(config.model),
    modelReport: () => readModelReport(config.model),
    study: new DetectionStudy({ store, model, clock }),
    metrics: options.metrics,
    alerts: options.alerts,
    drills: options.drills,
    whatIf: options.whatIf,
    settings: options.settings,
  }
}

function accountsOf({ ledger }: LiveMonitor, prefix = ''): GapsAnswer['channels'] {
  return ledger
    .accounts()
    .filter(({ sourceId }) => sourceId.startsWith(`FDSN:${prefix}`))
    .map(({ sourceId, ...account }) => ({ channel: sourceId, ...account }))
}

/** Servers with the backlogs that are fetched from them. */
export function serverStatuses(live: LiveMonitor): ServerStatus[] {
  return live.links.statuses().map((status) => {
    const backlog = live.backlogOf(status.url)
    return backlog ? { ...status, backlog } : status
  })
}

function systemHealth({ config, store, live, problems, windows, alerts }: LiveViewOptions): SystemHealth {
  const servers = serverStatuses(live)
  const { state, reason, bytes } = store.status
  const hooks = alerts.statuses()
  const reasons = [
    ...(state === 'degraded' ? [`store: ${reason ?? 'refuses to write'}; detection goes on`] : []),
    // A server that is connected and silent has a reason, too: nothing stalls unseen.
    ...servers
      .filter((server) => server.state !== 'ended' && server.reason !== undefined)
      .map((server) => `server ${server.url}: ${server.reason}`),
    ...stationTroubles(live.board.statuses(), servers, config.liveness.aheadSeconds),
    ...hooks.flatMap((hook) => hookTrouble(hook)),
  ]
  return {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons,
    servers,
    store: {
      state,
      bytes,
      maximumBytes: Math.round(config.store.maximumMegabytes * 1e6),
      keepScoresDays: config.store.keepScoresDays,
      ...(reason === undefined ? {} : { reason }),
    },
    queue: live.links.queue,
    ...(hooks.length > 0 ? { hooks } : {}),
    problems: problems.counts(),
    detections: store.detectionCount,
    windows: windows(),
    dataTime: live.board.newest === null ? null : formatMicros(live.board.newest),
  }
}

function hookTrouble({ hook, state, reason, pending, dead }: HookStatus): string[] {
  return [
    ...(state === 'ok' ? [] : [`${reason ?? `alert: delivery to ${hook} failed`}; ${pending} wait`]),
    ...(dead === 0 ? [] : [`hook ${hook}: ${dead} alerts could not be delivered; see \`quakewire alerts\``]),
  ]
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
