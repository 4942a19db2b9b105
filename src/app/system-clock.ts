import type { Clock } from '../domain/ports.ts'

/** The machine's clock, whole microseconds. */
export const SYSTEM_CLOCK: Clock = { now: () => Math.round((performance.timeOrigin + performance.now()) * 1000) }
