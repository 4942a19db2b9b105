import type { FeedTopic, SubscribeMessage } from '../../contract/feed.ts'

/** What a part of the page shows of the live data, by instrument. */
export interface FeedWants {
  /** Three components at full rate. */
  readonly waveforms?: readonly string[]
  /** Extremes of each second. */
  readonly envelopes?: readonly string[]
  /** `all`: an order by score needs those that are not in view, too. */
  readonly scores?: readonly string[] | 'all'
}

/** Beyond this many names a list would not fit into the largest message that the server takes: all of them, then. */
const MOST_NAMES = 1500

/** Always: they are few, and everybody shows them. */
const ALWAYS: readonly FeedTopic[] = ['detections', 'events', 'health']

/** The subscription that serves all of them; the same wants give the same message, whatever their order. */
export function subscriptionOf(wants: Iterable<FeedWants>): SubscribeMessage {
  const all = [...wants]
  const waveforms = union(all.map((each) => each.waveforms ?? []))
  const envelopes = union(all.map((each) => each.envelopes ?? []))
  const scores = union(all.map((each) => each.scores ?? []))
  return {
    type: 'subscribe',
    topics: [...ALWAYS, ...topicIf('scores', scores), ...topicIf('waveforms', waveforms), ...topicIf('envelopes', envelopes)],
    ...(isList(waveforms) && { waveformStations: waveforms }),
    ...(isList(envelopes) && { envelopeStations: envelopes }),
    ...(isList(scores) && { scoreStations: scores }),
  }
}

function topicIf(topic: FeedTopic, names: readonly string[] | 'all'): FeedTopic[] {
  return names.length === 0 ? [] : [topic]
}

/** Neither all of them, which goes without names, nor none, which goes without the topic. */
function isList(names: string[] | 'all'): names is string[] {
  return names !== 'all' && names.length > 0
}

function union(lists: readonly (readonly string[] | 'all')[]): string[] | 'all' {
  const names = new Set<string>()
  for (const list of lists) {
    if (list === 'all') return 'all'
    for (const name of list) names.add(name)
  }
  return names.size > MOST_NAMES ? 'all' : [...names].sort()
}
