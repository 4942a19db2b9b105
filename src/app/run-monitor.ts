import { join } from 'node:path'
import type { Config } from '../contract/config.ts'
import { detectionToWire } from '../contract/detection.ts'
import type { MonitorMode } from '../contract/feed.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { Clock } from '../domain/ports.ts'
import type { Problem } from '../domain/problem.ts'
import { openStore } from '../io/store/store.ts'
import { version } from '../io/version.ts'
import { FeedHub, type FeedScore } from '../server/feed-hub.ts'
import { startHttpServer } from '../server/http-server.ts'
import { LiveMonitor } from './live-monitor.ts'
import { liveView } from './live-view.ts'
import { loadModel } from './load-model.ts'
import { MonitorMetrics } from './metrics.ts'
import type { MonitorStreams } from './monitor.ts'
import { ProblemCounter } from './problem-counter.ts'

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

const SCORES_MILLIS = 250
const HEALTH_MILLIS = 2000
const TICK_MILLIS = 30_000
const PRUNE_MILLIS = 600_000
/** The built dashboard, beside the built program; from the sources it is in dist, too. */
const WEB_ROOT = join(import.meta.dirname, '../../dist/web')

/**
 * The live monitor: SeedLink servers → pipeline → store, feed and dashboard.
 *
 * @throws {ModelFormatError} {EngineError} {StoreError} {UsageError} before anything is connected
 */
export async function runMonitor({ config, mode, clock, onProblem }: RunMonitorOptions): Promise<RunningMonitor> {
  const model = await loadModel(config.model, config.engine)
  const problems = new ProblemCounter()
  const metrics = new MonitorMetrics()
  const report = (problem: Problem) => {
    problems.add(problem)
    metrics.problem(problem)
    onProblem(problem)
  }
  const { keepScoresDays, maximumMegabytes, file } = config.store
  const { strideSeconds } = config.window
  const store = openStore(file, { clock, keepScoresDays, maximumMegabytes, strideSeconds, onProblem: report })
  const hub = new FeedHub(clock, {
    newestSeq: () => store.newestSeq,
    messagesSince: (seq, limit) => store.messagesSince(seq, limit),
  })
  const scores: FeedScore[] = []
  let isHealthNew = true

  const live = new LiveMonitor({
    config,
    model,
    store,
    clock,
    onMessages: (messages) => {
      for (const message of messages) {
        hub.publish(message)
        metrics.detection(message)
      }
    },
    onUnstored: (detections) => {
      for (const { detection, latency } of detections) {
        hub.publishUnstored(detectionToWire(detection, { seq: store.newestSeq, latency }))
      }
    },
    onStreams: (streams) => publishStreams(streams),
    onPacket: (packet) => metrics.packet(packet),
    onCommit: (isDone) => metrics.commit(isDone),
    onState: () => {
      isHealthNew = true
    },
    onProblem: report,
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
    metrics: () =>
      metrics.text({
        stations: live.board.statuses(),
        servers: live.links.statuses(),
        store: store.status,
        feedClients: hub.clientCount,
      }),
  })

  function publishStreams({ records$, frames$, scores$ }: MonitorStreams): void {
    const rate = model.card.sampleRate
    records$.subscribe(() => metrics.record())
    frames$.subscribe((piece) => {
      if (piece.kind === 'gap') return
      const { instrument, firstIndex, samples } = piece
      hub.publishWaveform({ instrument, startTime: gridIndexToMicros(firstIndex, rate), rate, samples })
    })
    scores$.subscribe((piece) => {
      if (piece.kind === 'gap') return
      metrics.window()
      const { firstIndex, samples } = piece.window
      const endTime = gridIndexToMicros(firstIndex + samples.length / 3 - 1, rate)
      scores.push({ instrument: piece.instrument, endTime, score: piece.score })
    })
  }

  const timers = [
    setInterval(() => {
      hub.publishScores(scores)
      scores.length = 0
      if (isHealthNew) hub.publishHealth(view.stations(), view.system())
      isHealthNew = false
    }, SCORES_MILLIS),
    setInterval(() => {
      isHealthNew = true
    }, HEALTH_MILLIS),
    setInterval(() => hub.tick(), TICK_MILLIS),
    setInterval(() => {
      if (live.board.newest !== null) store.prune(live.board.newest)
    }, PRUNE_MILLIS),
  ]
  const server = await startHttpServer({
    listen: config.http.listen,
    token: config.http.token,
    view,
    hub,
    webRoot: WEB_ROOT,
    onError: (error) => report({ code: 'HTTP', message: String(error) }),
  })
  live.start()

  return {
    url: server.url,
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      live.stop()
      await server.close()
      store.close()
    },
  }
}
