import type { Clock } from '../../domain/ports.ts'
import type { Micros } from '../../domain/time.ts'

/** A clock that can also ring; handed in, so that tests turn its hands. */
export interface AlarmClock extends Clock {
  /** Calls back once, at or soon after `time`. @returns cancels it */
  wakeAt(time: Micros, callback: () => void): () => void
}

/** The longest time Node's timers take; whoever wakes early looks at the clock again. */
const LONGEST_TIMEOUT_MILLIS = 2 ** 31 - 1

/** Runs on from the wall time at the start of the process: setting the system's clock neither halts nor hurries a playback. */
export const systemAlarmClock: AlarmClock = {
  now: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  wakeAt(time, callback) {
    const millis = Math.ceil((time - this.now()) / 1000)
    const timer = setTimeout(callback, Math.min(Math.max(millis, 0), LONGEST_TIMEOUT_MILLIS))
    return () => clearTimeout(timer)
  },
}
