import type { DetectionWire } from '../../contract/detection.ts'
import type { EventWire } from '../../contract/event.ts'
import type { StationStatus } from '../../contract/health.ts'
import type { MapStation } from './map-stations.ts'

/** What is drawn on the land. */
export interface MapScene {
  readonly stations: readonly MapStation[]
  readonly detections: readonly DetectionWire[]
  readonly events: readonly EventWire[]
  /** Ages count from here: milliseconds since 1970 of the newest data. */
  readonly dataTime: number
  /** Station that is marked because it is open, and the one under pointer or focus: NET_STA. */
  readonly selected?: string | undefined
  readonly pointed?: string | undefined
  /** Id of the event that is drawn in full, whatever its age. */
  readonly event?: string | undefined
}

/** A detection is marked so long after its onset, an event after its time. */
const DETECTION_MILLIS = 10 * 60_000
const EVENT_MILLIS = 60 * 60_000
/** What is old is pale, not gone: a mark with a place stays readable. */
const PALEST = 0.25

/** Newest data time over all stations, or of what was detected when nothing sends any more. */
export function dataTimeOf(stations: readonly StationStatus[], detections: readonly DetectionWire[]): number {
  let newest = Number.NEGATIVE_INFINITY
  for (const { lastSampleTime } of stations) if (lastSampleTime) newest = Math.max(newest, Date.parse(lastSampleTime))
  if (newest === Number.NEGATIVE_INFINITY) for (const { on } of detections) newest = Math.max(newest, Date.parse(on))
  return newest
}

/** How strongly a detection's ring is drawn: 1 now, 0 after ten minutes and for ever. */
export function detectionStrength({ onset }: DetectionWire, dataTime: number): number {
  const age = dataTime - Date.parse(onset.time)
  return Math.max(0, Math.min(1, 1 - age / DETECTION_MILLIS))
}

/** How strongly an event is drawn: pale after an hour. */
export function eventStrength({ time }: EventWire, dataTime: number): number {
  const age = dataTime - Date.parse(time)
  return Math.max(PALEST, Math.min(1, 1 - age / EVENT_MILLIS))
}

/**
 * Which detections flash: those that were not there before and are fresh. The list of the past that comes with the first
 * connection does not.
 */
export class Arrivals {
  readonly #seen = new Set<string>()
  readonly #flashing = new Map<string, number>()

  /** @param now milliseconds of any clock */
  note(detections: readonly DetectionWire[], dataTime: number, now: number): void {
    for (const detection of detections) {
      if (this.#seen.has(detection.id)) continue
      this.#seen.add(detection.id)
      if (dataTime - Date.parse(detection.on) < FRESH_MILLIS) this.#flashing.set(detection.id, now)
    }
  }

  /** Ids and how far each flash is, 0–1; what is over is forgotten. */
  flashes(now: number): { id: string; phase: number }[] {
    const flashes: { id: string; phase: number }[] = []
    for (const [id, since] of this.#flashing) {
      const phase = (now - since) / FLASH_MILLIS
      if (phase >= 1) this.#flashing.delete(id)
      else flashes.push({ id, phase: Math.max(0, phase) })
    }
    return flashes
  }
}

const FRESH_MILLIS = 60_000
const FLASH_MILLIS = 3000
