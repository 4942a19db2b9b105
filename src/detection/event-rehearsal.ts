import type { Detection } from '../domain/detection.ts'
import type { CoincidenceOutput, NetworkEvent } from '../domain/network-event.ts'
import type { StationId } from '../domain/source-id.ts'
import type { Micros } from '../domain/time.ts'
import { Coincidence } from './coincidence.ts'
import type { CoincidenceOptions } from './coincidence-options.ts'

/** A detection as published first, and the data time at which that was. */
export interface Opening {
  readonly detection: Detection
  readonly openedAt: Micros
}

/** From when to when a station has data; by time. */
export interface Coverage {
  readonly station: StationId
  readonly spans: readonly { readonly from: Micros; readonly to: Micros }[]
}

/**
 * Plays the monitor's own coincidence over detections again, in data time: when a detection opens, every station that has data then
 * has come so far.
 *
 * @returns each event as it was told last, without vetoed ones, by first onset
 */
export function rehearseEvents(
  openings: readonly Opening[],
  coverage: readonly Coverage[],
  options: CoincidenceOptions,
): NetworkEvent[] {
  const events = new Map<string, NetworkEvent>()
  const emit = (output: CoincidenceOutput) => output.kind === 'event' && events.set(output.event.id, output.event)
  const coincidence = new Coincidence(options)
  const progress = coverage.map((each) => new Progress(each))
  for (const { detection, openedAt } of [...openings].sort((a, b) => a.openedAt - b.openedAt)) {
    coincidence.advance(detection.station, openedAt, emit)
    // The watermark is where two stations are: one more is enough, or, where all others lack data, how far each has come.
    for (const other of progress) {
      if (other.station === detection.station) continue
      const time = other.at(openedAt)
      if (time === undefined) continue
      coincidence.advance(other.station, time, emit)
      if (time === openedAt) break
    }
    coincidence.push(detection, emit)
  }
  coincidence.end(emit)
  return [...events.values()].filter(({ state }) => state !== 'vetoed').sort((a, b) => a.firstOnset - b.firstOnset)
}

/** How far the data of a station have come; asked for rising times. */
class Progress {
  readonly station: StationId
  readonly #spans: Coverage['spans']
  #index = 0

  constructor({ station, spans }: Coverage) {
    this.station = station
    this.#spans = spans
  }

  at(time: Micros): Micros | undefined {
    while ((this.#spans[this.#index + 1]?.from ?? Number.POSITIVE_INFINITY) <= time) this.#index++
    const span = this.#spans[this.#index]
    return span === undefined || span.from > time ? undefined : Math.min(time, span.to)
  }
}
