import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WatchdogConfig } from '../../contract/alert-config.ts'
import type { ServerStatus, SystemHealth } from '../../contract/health.ts'
import type { AlertKind, AlertOccasion } from '../../domain/alert.ts'
import type { Clock } from '../../domain/ports.ts'
import type { OnProblem } from '../../domain/problem.ts'
import { formatMicros, MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { Incident } from '../../io/store/outbox.ts'
import type { StateTransition } from '../station-board.ts'
import type { AlertDesk } from './alert-desk.ts'
import { stationOccasion, systemOccasion } from './occasions.ts'

export interface WatchdogOptions {
  readonly config: WatchdogConfig
  readonly desk: Pick<AlertDesk, 'raiseIncidents' | 'beat'>
  readonly clock: Clock
  readonly system: () => SystemHealth
  /** How many packets came and how many windows were scored so far. */
  readonly flow: () => { readonly packets: number; readonly windows: number }
  /** How far the scores of the last hours are from those expected; null while that is not known. Absent: nobody asks. */
  readonly drift?: (hours: number) => Promise<number | null>
  /** Of the store. */
  readonly file: string
  readonly onProblem: OnProblem
}

const LOOK_MILLIS = 1000
const DISK_MILLIS = 10_000
const DRIFT_MILLIS = 600_000
/** Drifted scores are well again below this part of the limit: a number near it must not ring all day. */
const WELL_AGAIN = 0.5
/** A first window needs data of its length and more. */
const FIRST_WINDOW_SECONDS = 300
/** Fewer packets than these may well make no window. */
const LEAST_PACKETS = 10
const STATION_TROUBLE: ReadonlySet<StateTransition['to']> = new Set(['silent', 'stalled', 'rejected'])

/**
 * Sees what has stopped: stations, servers, inference, the disk; and tells hooks regularly that the monitor itself has not. A heartbeat
 * is one attempt and waits nowhere: one that comes late would say what is not so any more. It is withheld while inference or the disk
 * are out, so that whoever waits for it raises the alarm.
 */
export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #timers: NodeJS.Timeout[] = []
  /** By topic, as stored. */
  readonly #isOut = new Map<string, boolean>()
  /** By topic, not stored yet. */
  readonly #changes = new Map<string, Incident>()
  readonly #transitions: StateTransition[] = []
  readonly #lostSince = new Map<string, Micros>()
  #windows = 0
  #packetsAtWindow = 0
  #lastWindow: Micros
  #isDiskLow = false
  /** The last index known. */
  #drift = 0
  #isDrifted = false

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#lastWindow = options.clock.now() + (FIRST_WINDOW_SECONDS - options.config.inferenceSeconds) * MICROS_PER_SECOND
  }

  start(): void {
    const { config } = this.#options
    this.#timers.push(
      setInterval(() => this.look(), LOOK_MILLIS),
      setInterval(() => this.#measureDisk(), DISK_MILLIS),
    )
    if (this.#options.drift) this.#timers.push(setInterval(() => this.measureDrift(), DRIFT_MILLIS))
    if (config.heartbeat.length === 0) return
    this.beat()
    this.#timers.push(setInterval(() => this.beat(), config.heartbeatSeconds * 1000))
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Told with the next look: thousands of stations fall silent at the same moment when a server goes. */
  onTransition(transition: StateTransition): void {
    this.#transitions.push(transition)
  }

  /** Looks at everything, and tells what has changed in one go. What cannot be stored is told again at the next look. */
  look(): void {
    for (const transition of this.#transitions.splice(0)) this.#lookAtStation(transition)
    this.#lookAtSystem()
    if (this.#changes.size === 0) return
    const isStored = this.#options.desk.raiseIncidents([...this.#changes.values()])
    if (!isStored) return
    for (const { topic, phase } of this.#changes.values()) this.#isOut.set(topic, phase === 'begin')
    this.#changes.clear()
  }

  #lookAtStation({ instrument, to, reason }: StateTransition): void {
    const time = this.#options.clock.now()
    const isSilent = STATION_TROUBLE.has(to)
    // `waiting` is no news: it has never been heard.
    if (isSilent || to !== 'waiting') {
      this.#set('station', `station ${instrument}`, isSilent, (subject, phase) =>
        stationOccasion(instrument, isSilent ? to : 'silent', { subject, time, phase, reason }),
      )
    }
    if (isSilent || to === 'waiting') return
    this.#set('latency', `latency ${instrument}`, to === 'latent', (subject, phase) =>
      stationOccasion(instrument, 'latent', { subject, time, phase, reason }),
    )
  }

  #lookAtSystem(): void {
    const now = this.#options.clock.now()
    const { servers, store } = this.#options.system()
    for (const server of servers) this.#lookAtServer(server, now)
    this.#lookAtInference(now)
    if (this.#options.drift) this.#lookAtDrift(now)
    const diskReason = store.state === 'degraded' ? (store.reason ?? 'the store refuses to write') : undefined
    const isFull = diskReason !== undefined || this.#isDiskLow
    const reason = diskReason ?? `less than ${this.#options.config.freeMegabytes} MB free`
    this.#set('disk', 'disk', isFull, (subject, phase) =>
      systemOccasion('disk', {
        subject,
        phase,
        time: now,
        title: phase === 'begin' ? 'The disk of the store is full or fails' : 'The disk of the store is well again',
        ...(phase === 'begin' ? { reason } : {}),
      }),
    )
  }

  #lookAtServer({ url, state, reason }: ServerStatus, now: Micros): void {
    const isAway = state !== 'connected' && state !== 'ended'
    if (!isAway) this.#lostSince.delete(url)
    else if (!this.#lostSince.has(url)) this.#lostSince.set(url, now)
    const since = this.#lostSince.get(url) ?? now
    const isLost = isAway && now - since >= this.#options.config.serverSeconds * MICROS_PER_SECOND
    // Between away and lost nothing is known to have changed.
    if (isAway && !isLost) return
    this.#set('server', `server ${url}`, isLost, (subject, phase) =>
      systemOccasion('server', {
        subject,
        phase,
        time: now,
        lane: url,
        title: phase === 'begin' ? `Server ${url} is lost` : `Server ${url} is back`,
        reason,
      }),
    )
  }

  #lookAtInference(now: Micros): void {
    const { packets, windows } = this.#options.flow()
    if (windows !== this.#windows) {
      this.#windows = windows
      this.#lastWindow = now
      this.#packetsAtWindow = packets
    }
    const isOverdue = now - this.#lastWindow > this.#options.config.inferenceSeconds * MICROS_PER_SECOND
    const isOut = isOverdue && packets - this.#packetsAtWindow >= LEAST_PACKETS
    this.#set('inference', 'inference', isOut, (subject, phase) =>
      systemOccasion('inference', {
        subject,
        phase,
        time: now,
        title: phase === 'begin' ? 'Inference has stopped: packets come and no window is scored' : 'Inference goes on',
      }),
    )
  }

  #lookAtDrift(now: Micros): void {
    const { driftHours, driftIndex } = this.#options.config
    const index = this.#drift.toFixed(2)
    this.#set('drift', 'scores', this.#isDrifted, (subject, phase) =>
      systemOccasion('drift', {
        subject,
        phase,
        time: now,
        title: phase === 'begin' ? 'The scores have drifted' : 'The scores are where they are expected again',
        reason: `stability index ${index} over ${driftHours} h, limit ${driftIndex}: instruments, noise or the model have changed`,
      }),
    )
  }

  /** Compares the scores of the last hours with those expected; told with the next look. */
  async measureDrift(): Promise<void> {
    const { drift, config, onProblem } = this.#options
    try {
      const index = (await drift?.(config.driftHours)) ?? null
      if (index === null) return
      this.#drift = index
      this.#isDrifted = index > config.driftIndex * (this.#isDrifted ? WELL_AGAIN : 1)
    } catch (error) {
      onProblem({ code: 'SCORE_DRIFT', message: `drift: expected to count the scores, got ${(error as Error).message}` })
    }
  }

  async #measureDisk(): Promise<void> {
    const { file, config, onProblem } = this.#options
    try {
      const { bavail, bsize } = await statfs(dirname(file))
      this.#isDiskLow = bavail * bsize < config.freeMegabytes * 1e6
    } catch (error) {
      onProblem({ code: 'DISK', message: `disk: expected to see what is free, got ${(error as Error).message}`, where: file })
    }
  }

  /** Sends a heartbeat, unless the monitor does not do its work. */
  beat(): void {
    const { config, desk, clock, system } = this.#options
    if (this.#isTroubled('inference') || this.#isTroubled('disk')) return
    const { status, reasons, dataTime, windows } = system()
    const sentAt = formatMicros(clock.now())
    const title = status === 'ok' ? 'Quakewire is well' : 'Quakewire works, with troubles'
    const everySeconds = config.heartbeatSeconds
    for (const name of config.heartbeat) {
      const key = `heartbeat|${sentAt}|${name}`
      desk.beat(name, { type: 'heartbeat', key, sentAt, title, status, reasons, everySeconds, dataTime, windows })
    }
  }

  #isTroubled(topic: string): boolean {
    const change = this.#changes.get(topic)
    return change === undefined ? this.#isOut.get(topic) === true : change.phase === 'begin'
  }

  /** Notes a change. The first look ends what was out before a restart and is not any more. */
  #set(
    kind: AlertKind,
    topic: string,
    isOut: boolean,
    occasionOf: (subject: string, phase: 'begin' | 'end') => AlertOccasion,
  ): void {
    if (this.#isOut.get(topic) === isOut) {
      this.#changes.delete(topic)
      return
    }
    const phase = isOut ? 'begin' : 'end'
    this.#changes.set(topic, { kind, topic, phase, occasionOf: (subject) => occasionOf(subject, phase) })
  }
}
