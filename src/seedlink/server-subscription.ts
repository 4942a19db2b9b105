import type { Nanos } from '../domain/time.ts'
import type { Pattern } from './server-glob.ts'
import { isSelected, type Selector, type StreamName } from './server-selector.ts'

/**
 * Where a station's data begin: `next` the next record that becomes available, `first` the first of the archive, `sequence` the
 * record of that number (v3 numbers are `isModular`: only their low 24 bits are known), `time` the first record that ends after it.
 */
export type StartPoint =
  | { readonly kind: 'next' }
  | { readonly kind: 'first' }
  | { readonly kind: 'sequence'; readonly sequence: number; readonly isModular: boolean }
  | { readonly kind: 'time'; readonly time: Nanos }

/** One STATION … DATA of a client's request. */
export interface Subscription {
  readonly stations: Pattern
  readonly selectors: readonly Selector[]
  readonly start: StartPoint
  /** Only records that end after it. */
  readonly begin?: Nanos
  /** Only records that start before it; the subscription is complete once there can be no more. */
  readonly end?: Nanos
  /** FETCH and ENDFETCH: complete once everything available at the time of the request was sent. */
  readonly isDialUp: boolean
}

/** A finished handshake: what to send from now on. */
export interface StreamRequest {
  readonly protocol: 3 | 4
  readonly subscriptions: readonly Subscription[]
}

/**
 * The subscriptions of a request that want a stream. v4: a station belongs to the first pattern that names it
 * (SeedLink 4.0 § STATION); v3: to all of them.
 */
export function subscriptionsFor(request: StreamRequest, name: StreamName): readonly Subscription[] {
  const byStation = request.subscriptions.filter(({ stations }) => stations.test(name.stationId))
  const candidates = request.protocol === 4 ? byStation.slice(0, 1) : byStation
  return candidates.filter(({ selectors }) => isSelected(name, selectors))
}

/** True when a record that spans startTime … endTime lies in the subscription's time window. */
export function isInWindow(subscription: Subscription, startTime: Nanos, endTime: Nanos): boolean {
  const { begin, end } = subscription
  return (begin === undefined || endTime > begin) && (end === undefined || startTime < end)
}
