import { type ClientMessage, clientMessageSchema, FEED_TOPICS, type FeedTopic, type SubscribeMessage } from '../contract/feed.ts'
import { parseInstrumentId, parseStationId } from '../domain/source-id.ts'
import { Subscription } from './subscription.ts'

export interface FeedRequest {
  readonly subscription: Subscription
  readonly since: number | undefined
}

const STATION_KEYS = ['stations', 'waveformStations', 'envelopeStations', 'scoreStations'] as const
const KEYS: readonly string[] = ['topics', ...STATION_KEYS, 'since']

const DEFAULT_TOPICS: readonly FeedTopic[] = ['detections', 'events', 'health']

/** `topics=…&stations=…&waveformStations=…&since=…`; @returns a text that says what was expected when it is not understood */
export function parseFeedQuery(query: URLSearchParams): FeedRequest | string {
  const unknown = [...query.keys()].find((key) => !KEYS.includes(key))
  if (unknown !== undefined) return `query: expected ${KEYS.join(', ')}, got ${unknown}`
  const topics = listOf(query.get('topics'))
  const strange = topics?.find((topic) => !(FEED_TOPICS as readonly string[]).includes(topic))
  if (strange !== undefined) return `topics: expected some of ${FEED_TOPICS.join(', ')}, got ${strange}`
  for (const key of STATION_KEYS) {
    const wrong = listOf(query.get(key))?.find((id) => (parseStationId(id) ?? parseInstrumentId(id)) === undefined)
    if (wrong !== undefined) return `${key}: expected NET_STA or NET_STA_LOC_BS, got ${wrong}`
  }
  const since = query.get('since')
  if (since !== null && !/^\d{1,15}$/.test(since)) return `since: expected a whole number, got ${since}`
  return {
    subscription: new Subscription({
      topics: topics === undefined || topics.length === 0 ? DEFAULT_TOPICS : (topics as FeedTopic[]),
      stations: listOf(query.get('stations')),
      ofTopic: {
        waveforms: listOf(query.get('waveformStations')),
        envelopes: listOf(query.get('envelopeStations')),
        scores: listOf(query.get('scoreStations')),
      },
    }),
    since: since === null ? undefined : Number(since),
  }
}

/** A client's text frame; @returns a text that says what was expected when it is not understood */
export function parseClientMessage(text: string): ClientMessage | string {
  const parsed = clientMessageSchema.safeParse(jsonOf(text))
  if (!parsed.success) return 'message: expected {"type":"subscribe","topics":[…],"stations":[…],"waveformStations":[…], …}'
  return parsed.data
}

export function subscriptionOf(message: SubscribeMessage): Subscription {
  const { topics, stations, waveformStations, envelopeStations, scoreStations } = message
  return new Subscription({
    topics,
    stations,
    ofTopic: { waveforms: waveformStations, envelopes: envelopeStations, scores: scoreStations },
  })
}

/** @returns undefined when it is not there */
function listOf(text: string | null): string[] | undefined {
  return text === null ? undefined : text.split(',').filter((part) => part !== '')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
