import { FEED_TOPICS, type FeedTopic, subscribeSchema } from '../contract/feed.ts'
import { parseInstrumentId, parseStationId } from '../domain/source-id.ts'
import type { Subscription } from './feed-client.ts'
import { StationFilter } from './station-filter.ts'

export interface FeedRequest {
  readonly subscription: Subscription
  readonly since: number | undefined
}

const DEFAULT_TOPICS: readonly FeedTopic[] = ['detections', 'events', 'health']

/** `topics=…&stations=…&since=…`; @returns a text that says what was expected when it is not understood */
export function parseFeedQuery(query: URLSearchParams): FeedRequest | string {
  const unknown = [...query.keys()].find((key) => !['topics', 'stations', 'since'].includes(key))
  if (unknown !== undefined) return `query: expected topics, stations, since, got ${unknown}`
  const topics = listOf(query.get('topics')) ?? DEFAULT_TOPICS
  const strange = topics.find((topic) => !(FEED_TOPICS as readonly string[]).includes(topic))
  if (strange !== undefined) return `topics: expected some of ${FEED_TOPICS.join(', ')}, got ${strange}`
  const stations = listOf(query.get('stations'))
  const wrong = stations?.find((id) => (parseStationId(id) ?? parseInstrumentId(id)) === undefined)
  if (wrong !== undefined) return `stations: expected NET_STA or NET_STA_LOC_BS, got ${wrong}`
  const since = query.get('since')
  if (since !== null && !/^\d{1,15}$/.test(since)) return `since: expected a whole number, got ${since}`
  return {
    subscription: { topics: new Set(topics as FeedTopic[]), stations: new StationFilter(stations) },
    since: since === null ? undefined : Number(since),
  }
}

/** A client's text frame; @returns a text that says what was expected when it is not understood */
export function parseSubscribe(text: string): Subscription | string {
  const parsed = subscribeSchema.safeParse(jsonOf(text))
  if (!parsed.success) return 'message: expected {"type":"subscribe","topics":[…],"stations":[…]}'
  return { topics: new Set(parsed.data.topics), stations: new StationFilter(parsed.data.stations) }
}

function listOf(text: string | null): string[] | undefined {
  return text === null || text === '' ? undefined : text.split(',')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
