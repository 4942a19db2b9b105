import { MonitorError } from '../domain/errors.ts'
import { gridIndexToMicros } from '../domain/grid.ts'
import type { OnProblem } from '../domain/problem.ts'
import type { FeedHub, FeedScore } from '../server/feed-hub.ts'
import type { MonitorView } from '../server/monitor-view.ts'
import type { MonitorMetrics } from './metrics.ts'
import type { MonitorStreams } from './monitor.ts'

export interface FeedPublisherOptions {
  readonly hub: FeedHub
  readonly view: Pick<MonitorView, 'stations' | 'system'>
  readonly metrics: MonitorMetrics
  /** Hz of the model's grid. */
  readonly gridRate: number
  readonly onProblem: OnProblem
}

const NEWS_MILLIS = 250
const HEALTH_MILLIS = 2000
const TICK_MILLIS = 30_000

/** Brings what the pipeline gives to the feed: waveforms at once, scores and envelopes a few times a second, health when it is new. */
export class FeedPublisher {
  readonly #options: FeedPublisherOptions
  readonly #timers: readonly NodeJS.Timeout[]
  #scores: FeedScore[] = []
  #isHealthNew = true

  constructor(options: FeedPublisherOptions) {
    this.#options = options
    this.#timers = [
      this.#every(NEWS_MILLIS, () => this.#publishNews()),
      this.#every(HEALTH_MILLIS, () => this.healthChanged()),
      this.#every(TICK_MILLIS, () => options.hub.tick()),
    ]
  }

  /** A state is another: it goes out within a quarter of a second. */
  healthChanged(): void {
    this.#isHealthNew = true
  }

  publish({ records$, frames$, scores$ }: MonitorStreams): void {
    const { hub, metrics, gridRate } = this.#options
    records$.subscribe(() => metrics.record())
    frames$.subscribe((piece) => {
      if (piece.kind === 'gap') return
      const { instrument, firstIndex, samples } = piece
      hub.publishWaveform({ instrument, startTime: gridIndexToMicros(firstIndex, gridRate), rate: gridRate, samples })
    })
    scores$.subscribe((piece) => {
      if (piece.kind === 'gap') return
      metrics.window()
      const { firstIndex, samples } = piece.window
      const endTime = gridIndexToMicros(firstIndex + samples.length / 3 - 1, gridRate)
      this.#scores.push({ instrument: piece.instrument, endTime, score: piece.score })
    })
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  #publishNews(): void {
    const { hub, view } = this.#options
    const scores = this.#scores
    this.#scores = []
    hub.publishScores(scores)
    hub.publishEnvelopes()
    if (!this.#isHealthNew) return
    this.#isHealthNew = false
    hub.publishHealth(view.stations(), view.system())
  }

  /** Health asks the store, which may fail: a problem, not the end. */
  #every(millis: number, action: () => void): NodeJS.Timeout {
    return setInterval(() => {
      try {
        action()
      } catch (error) {
        const code = error instanceof MonitorError ? error.code : 'FEED'
        this.#options.onProblem({ code, message: error instanceof Error ? error.message : String(error) })
      }
    }, millis)
  }
}
