import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery } from '../../contract/alert.ts'
import type { Config } from '../../contract/config.ts'
import { DRILL_STEPS, type Drill, type DrillStep } from '../../contract/drill.ts'
import type { AlertOccasion } from '../../domain/alert.ts'
import { distanceDegrees, KM_PER_DEGREE } from '../../domain/place.ts'
import { parseStationId, type StationId } from '../../domain/source-id.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros, parseIsoMicros } from '../../domain/time.ts'
import type { DrillLog } from '../../io/store/drill-log.ts'
import type { AlertDesk } from '../alerts/alert-desk.ts'
import { stationName } from '../synth/scenario.ts'
import { type DrillChainOptions, type DrillFindings, runDrillChain } from './drill-chain.ts'
import { type DrillScenario, drillScenario } from './drill-scenario.ts'
import { type FeedAddress, FeedEar } from './feed-ear.ts'

export interface DrillRunOptions extends DrillChainOptions {
  readonly config: Config
  readonly log: DrillLog
  readonly desk: Pick<AlertDesk, 'deliveries' | 'tellStored' | 'recall'>
  /** Known once the server listens. */
  readonly feed: () => FeedAddress
  readonly publish: (drill: Drill) => void
  readonly id: string
  readonly cause: Drill['cause']
  /** Names. */
  readonly hooks: readonly string[]
  readonly onChange: (drill: Drill) => void
}

const LOOK_MILLIS = 100

/** One drill: packets, window, score, detection, event, stored, feed, and each hook, with the time of every step. */
export class DrillRun {
  readonly #options: DrillRunOptions
  readonly #scenario: DrillScenario
  readonly #began: Micros
  readonly #late = new AbortController()
  #drill: Drill

  constructor(options: DrillRunOptions) {
    const { id, cause, hooks, clock, config } = options
    this.#options = options
    this.#began = clock.now()
    this.#scenario = drillScenario(config, this.#began)
    const { scenario, truth } = this.#scenario
    const names = [...DRILL_STEPS, ...hooks.map((hook) => hookStep(hook))]
    this.#drill = {
      id,
      state: 'running',
      cause,
      startedAt: formatMicros(this.#began),
      endedAt: null,
      stations: scenario.stations.map(stationName),
      truth,
      steps: names.map((name) => ({ name, state: 'waiting', at: null, seconds: null, text: '' })),
    }
  }

  get drill(): Drill {
    return this.#drill
  }

  /** Never rejects: what goes wrong is a failed step. */
  async run(): Promise<void> {
    const { config, clock, onProblem, log, publish, desk } = this.#options
    const timer = setTimeout(() => this.stop(), config.drills.withinSeconds * 1000)
    try {
      await this.#steps(this.#late.signal)
    } catch (error) {
      onProblem({ code: 'DRILL', message: error instanceof Error ? error.message : String(error), where: this.#drill.id })
    }
    clearTimeout(timer)
    // What did not arrive in time must not arrive at some other time.
    desk.recall(this.#drill.id)
    const steps = this.#drill.steps.map(
      (step): DrillStep => (step.state === 'waiting' ? { ...step, state: 'failed', text: step.text || 'not reached' } : step),
    )
    const failed = steps.filter(({ state }) => state === 'failed')
    this.#change({ steps, state: failed.length === 0 ? 'passed' : 'failed', endedAt: formatMicros(clock.now()) })
    if (failed.length > 0) {
      const got = failed.map(({ name, text }) => `${name} (${text})`).join(', ')
      onProblem({
        code: 'DRILL',
        message: `drill: expected every step to be passed, got failures: ${got}`,
        where: this.#drill.id,
      })
    }
    try {
      log.put(this.#drill)
    } catch (error) {
      onProblem({ code: 'DRILL', message: (error as Error).message, where: this.#drill.id })
    }
    publish(this.#drill)
  }

  /** What has not been passed by now has failed. */
  stop(): void {
    this.#late.abort()
  }

  async #steps(late: AbortSignal): Promise<void> {
    const { log, publish, desk, clock, hooks } = this.#options
    const ear = new FeedEar(this.#options.feed(), this.#drill.id, clock)
    const found = await runDrillChain(this.#scenario.scenario, `drill:${this.#drill.id}`, this.#options)
    this.#onFindings(found)
    log.commit(this.#drill, this.#occasion(found), hooks)
    this.#pass(
      'stored',
      clock.now(),
      hooks.length === 0 ? 'in the store' : `in the store, with what ${hooks.join(', ')} will be told`,
    )
    await ear.isListening(late)
    publish(this.#drill)
    desk.tellStored()
    await Promise.all([this.#waitForFeed(ear, late), this.#waitForHooks(late)])
  }

  #onFindings({ at, packets, windows, bestScore, detections, event }: DrillFindings): void {
    const { config } = this.#options
    const { stations } = this.#drill
    this.#pass('packets', at.packets, `${packets} packets of ${stations.length} stations`)
    this.#judge(
      'window',
      at.window,
      `${windows} windows scored`,
      'expected windows, got none: no data came through merger and resampler',
    )
    const best = `best ${bestScore.toFixed(3)}, on at ${config.trigger.on}`
    this.#judge(
      'score',
      at.score,
      best,
      `expected a score over the threshold, got ${best}: has the model or the threshold changed?`,
    )
    const seen = new Set(detections.map(({ station }) => station)).size
    const count = `${seen} of ${stations.length} stations`
    this.#judge('detection', at.detection, count, `expected detections, got none; see trigger.minimumSeconds`)
    const where = event?.location ? `, ${this.#kmOff(event.location)} km from where it was made` : ', not located'
    this.#judge(
      'event',
      at.event,
      `${event?.stations ?? 0} stations${where}`,
      `expected an event, got detections at ${count}; see coincidence`,
    )
  }

  #kmOff(place: { latitude: number; longitude: number }): string {
    return (distanceDegrees(place, this.#drill.truth) * KM_PER_DEGREE).toFixed(1)
  }

  async #waitForFeed(ear: FeedEar, late: AbortSignal): Promise<void> {
    this.#judge('feed', await ear.heard(late), 'came over the WebSocket', 'expected it at our own feed, got nothing')
  }

  async #waitForHooks(late: AbortSignal): Promise<void> {
    const { desk, hooks, config } = this.#options
    const waiting = new Set(hooks)
    while (waiting.size > 0) {
      const deliveries = desk.deliveries({ subject: this.#drill.id, limit: hooks.length })
      for (const delivery of deliveries.filter(({ hook }) => waiting.has(hook))) {
        if (this.#onDelivery(delivery)) waiting.delete(delivery.hook)
      }
      if (late.aborted) break
      if (waiting.size > 0) await pause(LOOK_MILLIS, undefined, { signal: late }).catch(() => {})
    }
    for (const hook of waiting) {
      const { error } = desk.deliveries({ subject: this.#drill.id, limit: hooks.length }).find((each) => each.hook === hook) ?? {}
      this.#fail(
        hookStep(hook),
        `expected a delivery within ${config.drills.withinSeconds} s, got ${error ?? 'none; is the hook paused?'}`,
      )
    }
  }

  /** @returns whether that was its last word */
  #onDelivery({ hook, state, deliveredAt, attempts, error }: Delivery): boolean {
    if (state === 'delivered') {
      this.#pass(
        hookStep(hook),
        parseIsoMicros(deliveredAt ?? ''),
        attempts === 1 ? 'delivered' : `delivered at attempt ${attempts}`,
      )
      return true
    }
    if (state !== 'dead') return false
    this.#fail(hookStep(hook), error ?? 'refused')
    return true
  }

  #occasion({ event, detections, bestScore }: DrillFindings): AlertOccasion {
    const { id, truth, stations } = this.#drill
    return {
      kind: 'drill',
      subject: id,
      phase: 'begin',
      state: 'drill',
      time: parseIsoMicros(truth.time) as Micros,
      lane: 'drill',
      stations: stations.flatMap((each): StationId[] => [parseStationId(each)].filter((station) => station !== undefined)),
      instruments: [],
      score: bestScore,
      title: `DRILL, nothing has happened: made-up earthquake at ${stations.length} stations, ${event ? 'found' : 'not found'}`,
      details: { drill: this.#drill, event: event ?? null, detections },
    }
  }

  #judge(name: string, at: Micros | undefined, passed: string, failed: string): void {
    if (at === undefined) this.#fail(name, failed)
    else this.#pass(name, at, passed)
  }

  #pass(name: string, at: Micros | undefined, text: string): void {
    const time = at ?? this.#options.clock.now()
    const seconds = Math.max(0, time - this.#began) / MICROS_PER_SECOND
    this.#step({ name, state: 'passed', at: formatMicros(time), seconds, text })
  }

  #fail(name: string, text: string): void {
    this.#step({ name, state: 'failed', at: null, seconds: null, text })
  }

  #step(step: DrillStep): void {
    this.#change({ steps: this.#drill.steps.map((each) => (each.name === step.name ? step : each)) })
  }

  #change(changes: Partial<Drill>): void {
    this.#drill = { ...this.#drill, ...changes }
    this.#options.onChange(this.#drill)
  }
}

function hookStep(hook: string): string {
  return `hook ${hook}`
}
