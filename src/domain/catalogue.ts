import type { Place } from './place.ts'
import type { StationId } from './source-id.ts'
import type { Micros } from './time.ts'

/** An event of an earthquake catalogue, as far as detections are compared with it. */
export interface CatalogueEvent {
  /** P at the station when `station` is given, origin otherwise. */
  readonly time: Micros
  readonly station?: StationId
  readonly magnitude?: number
  /** Epicentre. */
  readonly place?: Place
  readonly depthKm?: number
}
