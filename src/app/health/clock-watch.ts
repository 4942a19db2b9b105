import type { OnProblem } from '../../domain/problem.ts'
import { type SourceId, type StationId, stationIdOf } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { TraceRecord } from '../../domain/trace.ts'

/** While it lasts, it is said again so often. */
const REPEAT_MICROS = 3600 * MICROS_PER_SECOND

interface Watched {
  readonly ahead: Set<SourceId>
  said: Micros
}

/**
 * Data that lie in the future: the clock of a station is ahead, or ours is behind. Data time decides, so they are scored like all
 * others (a replay must come to the same end); but the times of their detections are wrong, and stations that are right cannot
 * coincide with them. Each station is a Problem (`CLOCK_AHEAD`) when it begins, and again every hour while it lasts.
 */
export class ClockWatch {
  readonly #aheadSeconds: number
  readonly #onProblem: OnProblem
  readonly #stations = new Map<StationId, Watched>()

  /** @param aheadSeconds data may lie so far in the future when they arrive */
  constructor(aheadSeconds: number, onProblem: OnProblem) {
    this.#aheadSeconds = aheadSeconds
    this.#onProblem = onProblem
  }

  /** @param latencySeconds arrival minus the time of the last sample; undefined for archives, whose arrival says nothing */
  onRecord({ sourceId, receivedAt }: TraceRecord, latencySeconds: number | undefined): void {
    if (latencySeconds === undefined || receivedAt === undefined) return
    if (latencySeconds < -this.#aheadSeconds) this.#ahead(sourceId, -latencySeconds, receivedAt)
    else if (this.#stations.size > 0) this.#right(sourceId)
  }

  #ahead(sourceId: SourceId, seconds: number, now: Micros): void {
    const station = stationIdOf(sourceId)
    const known = this.#stations.get(station)
    known?.ahead.add(sourceId)
    if (known && now - known.said < REPEAT_MICROS) return
    if (known) known.said = now
    else this.#stations.set(station, { ahead: new Set([sourceId]), said: now })
    const got = `data ${describeSeconds(seconds)} ahead of this machine's clock`
    const message = `clock of ${station}: expected data of the past, got ${got}; check the time source there, and NTP here`
    this.#onProblem({ code: 'CLOCK_AHEAD', message, sourceId })
  }

  #right(sourceId: SourceId): void {
    const station = stationIdOf(sourceId)
    const known = this.#stations.get(station)
    if (known?.ahead.delete(sourceId) && known.ahead.size === 0) this.#stations.delete(station)
  }
}

/** 93 s, 12 min, 3.0 h, 2.5 d */
export function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86_400).toFixed(1)} d`
}
