import type { Micros } from '../../src/domain/time.ts'
import type { AlarmClock } from '../../src/io/seedlink/server-clock.ts'

/** Stands still until a test turns it. */
export class ManualAlarmClock implements AlarmClock {
  #now: Micros
  readonly #alarms = new Set<{ readonly time: Micros; readonly callback: () => void }>()

  constructor(now: Micros = 0) {
    this.#now = now
  }

  now(): Micros {
    return this.#now
  }

  get pendingAlarms(): number {
    return this.#alarms.size
  }

  wakeAt(time: Micros, callback: () => void): () => void {
    const alarm = { time, callback }
    this.#alarms.add(alarm)
    return () => this.#alarms.delete(alarm)
  }

  /** Moves on and rings what is due, earliest first. */
  advance(micros: Micros): void {
    const target = this.#now + micros
    for (;;) {
      const due = [...this.#alarms].filter(({ time }) => time <= target).sort((a, b) => a.time - b.time)[0]
      if (!due) break
      this.#alarms.delete(due)
      this.#now = Math.max(this.#now, due.time)
      due.callback()
    }
    this.#now = target
  }
}
