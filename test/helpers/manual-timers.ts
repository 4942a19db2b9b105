import type { Clock } from '../../src/domain/ports.ts'
import type { Timers } from '../../src/io/seedlink/index.ts'
import { ManualAlarmClock } from './manual-alarm-clock.ts'

/** Clock and timers of a client that stand still until a test turns them. */
export class ManualTimers {
  readonly #clock = new ManualAlarmClock(1_800_000_000_000_000)

  readonly clock: Clock = { now: () => this.#clock.now() }

  readonly timers: Timers = {
    now: () => this.#clock.now() / 1000,
    after: (seconds, call) => this.#clock.wakeAt(this.#clock.now() + Math.round(seconds * 1e6), call),
  }

  /** Alarms that are set; none is left when everything is closed. */
  get pending(): number {
    return this.#clock.pendingAlarms
  }

  /** What is due rings, earliest first. */
  advance(seconds: number): void {
    this.#clock.advance(Math.round(seconds * 1e6))
  }
}
