import type { FeedTopic } from '../contract/feed.ts'
import { StationFilter } from './station-filter.ts'

/** Topics that may have stations of their own. */
export type SampledTopic = 'waveforms' | 'envelopes' | 'scores'

export interface SubscriptionOptions {
  readonly topics: readonly FeedTopic[]
  /** Ids of stations or instruments; none: all. */
  readonly stations?: readonly string[] | undefined
  /** Instead of `stations`, for one topic; an empty list: of no station. */
  readonly ofTopic?: { readonly [Topic in SampledTopic]?: readonly string[] | undefined }
}

/** What one client of the feed wants. */
export class Subscription {
  readonly #topics: ReadonlySet<FeedTopic>
  readonly #stations: StationFilter
  readonly #ofTopic: ReadonlyMap<FeedTopic, StationFilter>

  constructor({ topics, stations, ofTopic = {} }: SubscriptionOptions) {
    this.#topics = new Set(topics)
    this.#stations = StationFilter.allUnlessNamed(stations)
    this.#ofTopic = new Map(
      Object.entries(ofTopic).flatMap(([topic, ids]) => (ids ? [[topic as FeedTopic, StationFilter.only(ids)] as const] : [])),
    )
  }

  has(topic: FeedTopic): boolean {
    return this.#topics.has(topic)
  }

  /** Whether the topic is wanted of each and every instrument. */
  wantsAll(topic: FeedTopic): boolean {
    return this.has(topic) && this.#filterOf(topic).isAll
  }

  wants(topic: FeedTopic, instrument: string): boolean {
    return this.has(topic) && this.#filterOf(topic).has(instrument)
  }

  #filterOf(topic: FeedTopic): StationFilter {
    return this.#ofTopic.get(topic) ?? this.#stations
  }
}
