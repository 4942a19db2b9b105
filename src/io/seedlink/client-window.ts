import type { Clock } from '../../domain/ports.ts'
import type { SourceId, StationId } from '../../domain/source-id.ts'
import { MICROS_PER_SECOND, type Micros } from '../../domain/time.ts'
import type { StationSelection } from '../../seedlink/selection.ts'
import { type WindowOutcome, WindowProgress } from '../../seedlink/window-progress.ts'
import type { LinkOptions } from './client-link-options.ts'
import type { ClientTimings, Timers } from './client-timings.ts'

export interface WindowWatchOptions {
  readonly end: Micros
  readonly stations: readonly string[]
  readonly timings: ClientTimings
  readonly timers: Timers
  readonly clock: Clock
  readonly onOver: (outcome: WindowOutcome) => void
}

/** @returns undefined for a stream without an end */
export function windowWatchOf(
  { client, timings, timers }: LinkOptions,
  selections: readonly StationSelection[],
  onOver: WindowWatchOptions['onOver'],
): WindowWatch | undefined {
  const end = client.span?.end
  if (end === undefined) return undefined
  const stations = selections.map(({ station }) => station)
  return new WindowWatch({ end, stations, timings, timers, clock: client.clock, onOver })
}

/** Ends a time window by the quiet behind it, for servers that never say END. */
export class WindowWatch {
  readonly #options: WindowWatchOptions
  readonly #progress: WindowProgress
  #cancel: () => void = () => {}
  /** When something wanted last came, ms. */
  #heardAt = 0
  #patience = 0

  constructor(options: WindowWatchOptions) {
    this.#options = options
    this.#progress = new WindowProgress(options.end, options.stations)
  }

  /** The server was asked; from now on silence counts. */
  begin(): void {
    this.#heardAt = this.#options.timers.now()
    this.#arm(this.#verdict().seconds)
  }

  stop(): void {
    this.#cancel()
  }

  giveUp(station: string): void {
    this.#progress.giveUp(station)
  }

  /** @returns false for a record wholly behind the window */
  note(sourceId: SourceId, stationId: StationId, start: Micros, next: Micros): boolean {
    const isWanted = this.#progress.note(sourceId, stationId, start, next)
    if (isWanted) this.#heardAt = this.#options.timers.now()
    const { seconds } = this.#verdict()
    if (seconds !== this.#patience) this.#arm(seconds)
    return isWanted
  }

  readonly #look = (): void => {
    const { end, timers, clock, onOver } = this.#options
    const { outcome, seconds } = this.#verdict()
    // Until the window's end has come silence means nothing.
    const early = outcome === 'complete' ? 0 : (end - clock.now()) / MICROS_PER_SECOND
    const left = Math.max(early, 0) + seconds - (early > 0 ? 0 : (timers.now() - this.#heardAt) / 1000)
    if (early > 0) this.#heardAt = timers.now() + early * 1000
    if (left > 0) this.#arm(seconds, left)
    else onOver(outcome)
  }

  #arm(patience: number, seconds = patience): void {
    this.#patience = patience
    this.#cancel()
    this.#cancel = this.#options.timers.after(seconds, this.#look)
  }

  #verdict() {
    const { windowSettleSeconds, windowQuietSeconds, windowSilentSeconds } = this.#options.timings
    return this.#progress.verdict({
      settleSeconds: windowSettleSeconds,
      quietSeconds: windowQuietSeconds,
      silentSeconds: windowSilentSeconds,
    })
  }
}
