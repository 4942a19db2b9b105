import { setImmediate } from 'node:timers/promises'
import { Subject } from 'rxjs'
import type { Packet } from '../domain/packet.ts'
import type { OnProblem } from '../domain/problem.ts'
import { NANOS_PER_SECOND, type Nanos } from '../domain/time.ts'
import type { Archive } from '../io/archive/index.ts'
import { type MonitorParts, type MonitorStreams, monitor } from './monitor.ts'

export interface ReplayOptions {
  readonly archive: Archive
  readonly parts: MonitorParts
  /** × real time; `max`: as fast as the machine can. */
  readonly speed: number | 'max'
  /** Subscribes sinks before the first packet. */
  readonly onStreams: (streams: MonitorStreams) => void
  /** After each packet, when everything that follows from it has reached the sinks. */
  readonly onPacket?: (record: { readonly endTime: Nanos; readonly bytes: Uint8Array }) => void
  readonly onProblem: OnProblem
  readonly signal?: AbortSignal
}

/** The event loop gets a turn this often, so that feed, signals and progress go on. */
const TURN_MILLIS = 50
/** Timers hold no longer times. */
const MOST_MILLIS = 2 ** 31 - 1

/**
 * Plays an archive through the pipeline in data-time order. What comes out does not depend on the speed. At the end everything
 * that is held back comes out and open detections close.
 */
export async function replay(options: ReplayOptions): Promise<{ packets: number; bytes: number }> {
  const packets$ = new Subject<Packet>()
  options.onStreams(monitor(packets$, options.parts))
  const pacer = new Pacer(options.speed, options.archive.startTime ?? 0n)
  let packets = 0
  let bytes = 0
  for (const record of options.archive.records()) {
    if (pacer.isTurnDue(record.endTime)) await pacer.turn(record.endTime, options.signal)
    if (options.signal?.aborted) break
    packets$.next({ bytes: record.bytes, origin: record.path, sequence: BigInt(record.offset) })
    packets++
    bytes += record.bytes.length
    options.onPacket?.(record)
  }
  packets$.complete()
  return { packets, bytes }
}

/** Gives turns to the event loop, and holds data time back to the speed asked for. */
class Pacer {
  readonly #speed: number | 'max'
  readonly #dataStart: Nanos
  readonly #wallStart = performance.now()
  #lastTurn = performance.now()
  #sinceCheck = 0

  constructor(speed: number | 'max', dataStart: Nanos) {
    this.#speed = speed
    this.#dataStart = dataStart
  }

  isTurnDue(endTime: Nanos): boolean {
    if (this.#speed !== 'max') return this.#aheadMillis(endTime) > 0 || performance.now() - this.#lastTurn > TURN_MILLIS
    // Asking the clock for every record would cost more than the record.
    if (++this.#sinceCheck < 64) return false
    this.#sinceCheck = 0
    return performance.now() - this.#lastTurn > TURN_MILLIS
  }

  async turn(endTime: Nanos, signal: AbortSignal | undefined): Promise<void> {
    // Even the shortest timer waits a millisecond.
    if (this.#speed === 'max') await setImmediate()
    else await this.#wait(Math.min(MOST_MILLIS, Math.max(0, this.#aheadMillis(endTime))), signal)
    this.#lastTurn = performance.now()
  }

  /** Ends early when the signal is aborted. */
  async #wait(millis: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, millis)
      signal?.addEventListener('abort', done)
    })
  }

  #aheadMillis(endTime: Nanos): number {
    const dataSeconds = Number(endTime - this.#dataStart) / Number(NANOS_PER_SECOND)
    return (dataSeconds * 1000) / (this.#speed as number) - (performance.now() - this.#wallStart)
  }
}
