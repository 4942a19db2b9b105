import { join } from 'node:path'
import type { Config } from '../contract/config.ts'
import { detectionToWire } from '../contract/detection.ts'
import type { MonitorMode } from '../contract/feed.ts'
import { MonitorError } from '../domain/errors.ts'
import type { Clock } from '../domain/ports.ts'
import type { Problem } from '../domain/problem.ts'
import { stationOfInstrument } from '../domain/source-id.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import { openHooks } from '../io/alerts/open-hooks.ts'
import type { AlertPlanner } from '../io/store/outbox.ts'
import { openStore, type Store } from '../io/store/store.ts'
import { version } from '../io/version.ts'
import { FeedHub } from '../server/feed-hub.ts'
import { startHttpServer } from '../server/http-server.ts'
import { JourneyLog } from '../server/journey-log.ts'
import type { MonitorView } from '../server/monitor-view.ts'
import { AlertDesk } from './alerts/alert-desk.ts'
import { alertPlanner } from './alerts/alert-planner.ts'
import { Watchdog } from './alerts/watchdog.ts'
import { checkConfigFits } from './config-fit.ts'
import { DrillDesk } from './drill/drill-desk.ts'
import { FeedPublisher } from './feed-publisher.ts'
import { AppLog } from './health/app-log.ts'
import { HealthHistory } from './health/health-history.ts'
import { LiveMonitor } from './live-monitor.ts'
import { liveView, serverStatuses } from './live-view.ts'
import { loadModel } from './load-model.ts'
import { MonitorMetrics } from './metrics.ts'
import { ProblemCounter } from './problem-counter.ts'
import { SettingsFile } from './settings/settings-file.ts'
import { storeView } from './store-view.ts'
import { WhatIfDesk } from './what-if/what-if-desk.ts'

export interface RunMonitorOptions {
  readonly config: Config
  readonly mode: MonitorMode
  readonly clock: Clock
  /** Each problem once it happens, for the log. */
  readonly onProblem: (problem: Problem) => void
}

export interface RunningMonitor {
  /** Of the dashboard. */
  readonly url: string
  stop(): Promise<void>
}

const PRUNE_MILLIS = 600_000
const HISTORY_MILLIS = 60_000
/** The built dashboard, the same from the sources and from the built program. */
const WEB_ROOT = join(import.meta.dirname, '../../dist/web')

/**
 * The live monitor: SeedLink servers → pipeline → store, feed and dashboard.
 *
 * @throws {ConfigError} {ModelFormatError} {EngineError} {StoreError} {UsageError} before anything is connected
 */
export async function runMonitor({ config, mode, clock, onProblem }: RunMonitorOptions): Promise<RunningMonitor> {
  const model = await loadModel(config.model, config.engine)
  checkConfigFits(config, model.card)
  const problems = new ProblemCounter()
  const metrics = new MonitorMetrics()
  const log = new AppLog(clock, [config.http.token, ...config.servers.map(({ password }) => password)])
  const report = (problem: Problem) => {
    problems.add(problem)
    log.problem(problem)
    metrics.problem(problem)
    onProblem(problem)
  }
  const { keepScoresDays, maximumMegabytes, waveforms, file } = config.store
  const { strideSeconds } = config.window
  const planner = alertPlanner(config)
  const limits = { keepScoresDays, keepWaveformsHours: waveforms.hours, maximumMegabytes }
  const store = openStore(file, { clock, ...limits, strideSeconds, planner, onProblem: report })
  const alerts = alertDesk(config, { planner, store, clock, onProblem: report })
  const journeys = new JourneyLog()
  const hub = new FeedHub(clock, storeView(store), journeys)

  const history = new HealthHistory({ clock, gridRate: model.card.sampleRate, saved: store.healthHours() })
  const live = new LiveMonitor({
    config,
    model,
    store,
    clock,
    onStored: (message, handed, stored) => journeys.stored(message, handed, stored),
    onMessages: (messages) => {
      alerts.wake()
      for (const message of messages) {
        hub.publish(message)
        metrics.detection(message)
      }
    },
    onEvents: (events) => {
      for (const event of events) {
        hub.publish(event)
        metrics.event(event)
      }
    },
    onUnstored: (detections) => {
      for (const { detection, latency } of detections) {
        const message = detectionToWire(detection, { seq: store.newestSeq, latency })
        hub.publishUnstored(message)
        alerts.tellUnstored(message)
      }
    },
    onStreams: (streams) => {
      feed.publish(streams)
      history.record(streams)
    },
    onPacket: (packet) => metrics.packet(packet),
    onCommit: (isDone) => metrics.commit(isDone),
    onState: () => feed.healthChanged(),
    onTransition: (transition) => {
      const { instrument, ...change } = transition
      hub.publishState({ station: stationOfInstrument(instrument), instrument, ...change })
      watchdog.onTransition(transition)
      log.transition(transition)
    },
    onProblem: report,
  })

  const drills = new DrillDesk({
    config,
    model,
    clock,
    log: store.drills,
    desk: alerts,
    feed: () => ({ host: config.http.listen.host, port: server.port, token: config.http.token }),
    publish: (drill) => hub.publishDrill(drill),
    onProblem: report,
  })

  const whatIf = new WhatIfDesk({
    file,
    setup: {
      settings: { trigger: config.trigger, stations: config.stations, coincidence: config.coincidence, groups: config.groups },
      strideSeconds,
      gridRate: model.card.sampleRate,
      model: model.id,
    },
  })

  const view = liveView({
    version: version(),
    mode,
    clock,
    config,
    model,
    store,
    live,
    problems,
    windows: () => metrics.windows,
    alerts,
    history,
    log,
    journeys,
    drills,
    whatIf,
    settings: new SettingsFile(config, process.env),
    metrics: () =>
      metrics.text({
        stations: live.board.statuses(),
        servers: serverStatuses(live),
        queue: live.links.queue,
        gapCauses: store.gapCounts(),
        store: store.status,
        hooks: alerts.statuses(),
        feedClients: hub.clientCount,
      }),
  })

  const watchdog = new Watchdog({
    config: config.watchdog,
    desk: alerts,
    clock,
    system: () => view.system(),
    flow: () => ({ packets: metrics.packets, windows: metrics.windows }),
    ...(config.alerts.some(({ when }) => when.includes('drift')) ? { drift: (hours: number) => driftOf(view, live, hours) } : {}),
    file,
    onProblem: report,
  })
  const feed = new FeedPublisher({ hub, view, metrics, gridRate: model.card.sampleRate, onProblem: report })
  const server = await startHttpServer({
    listen: config.http.listen,
    token: config.http.token,
    view,
    hub,
    webRoot: WEB_ROOT,
    onError: (error) => report({ code: 'HTTP', message: String(error) }),
  }).catch(async (error: unknown) => {
    feed.stop()
    await alerts.stop()
    store.close()
    throw error
  })
  const pruning = setInterval(() => prune(store, live, report), PRUNE_MILLIS)
  const saveReports = () =>
    attempt(report, () => {
      store.saveHealth(history.takeChanges())
      store.saveJourneys(journeys.takeChanges())
    })
  const saving = setInterval(saveReports, HISTORY_MILLIS)
  log.info('STARTED', `Quakewire ${version()} with ${model.id} at ${server.url}`)
  live.start()
  alerts.start()
  watchdog.start()
  drills.start()

  return {
    url: server.url,
    stop: async () => {
      clearInterval(pruning)
      clearInterval(saving)
      watchdog.stop()
      await drills.stop()
      feed.stop()
      live.stop()
      saveReports()
      await alerts.stop()
      await whatIf.stop()
      await server.close()
      store.close()
    },
  }
}

/** @throws {ConfigError} for a hook that cannot be opened */
function alertDesk(
  config: Config,
  { planner, store, clock, onProblem }: { planner: AlertPlanner; store: Store } & Pick<RunMonitorOptions, 'clock' | 'onProblem'>,
): AlertDesk {
  try {
    const hooks = openHooks(config, process.env, clock)
    return new AlertDesk({ hooks, config, planner, outbox: store.outbox, clock, onProblem })
  } catch (error) {
    store.close()
    throw error
  }
}

async function driftOf(view: MonitorView, live: LiveMonitor, hours: number): Promise<number | null> {
  const to = live.board.newest
  if (to === null) return null
  return (await view.scoreDistribution({ instrument: undefined, from: to - hours * 3600 * MICROS_PER_SECOND, to })).drift
}

function prune(store: Store, live: LiveMonitor, report: (problem: Problem) => void): void {
  attempt(report, () => {
    if (live.board.newest !== null) store.prune(live.board.newest)
  })
}

/** What the store refuses is a problem, not the end. */
function attempt(report: (problem: Problem) => void, action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error
    report({ code: error.code, message: error.message })
  }
}
