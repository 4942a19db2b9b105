import { describe, expect, it } from 'vitest'
import { FEED_TOPICS } from '../../../src/contract/feed.ts'
import { parseClientMessage, parseFeedQuery, subscriptionOf } from '../../../src/server/feed-query.ts'
import { Subscription } from '../../../src/server/subscription.ts'

const topicsOf = (subscription: Subscription) => FEED_TOPICS.filter((topic) => subscription.has(topic))
const parse = (query: string) => parseFeedQuery(new URLSearchParams(query))

describe('parseFeedQuery', () => {
  it('reads topics, stations and since', () => {
    const request = parse('topics=scores,waveforms&stations=IU_ANMO,CI_CLC_00_HH&since=17')
    if (typeof request === 'string') throw new Error(request)
    expect(topicsOf(request.subscription)).toEqual(['scores', 'waveforms'])
    expect(request.subscription.wants('scores', 'IU_ANMO_10_BH')).toBe(true)
    expect(request.subscription.wants('scores', 'CI_CLC_00_HN')).toBe(false)
    expect(request.since).toBe(17)
  })

  it('reads stations of one topic; an empty list is of none', () => {
    const request = parse('topics=scores,waveforms,envelopes&waveformStations=IU_ANMO&scoreStations=')
    if (typeof request === 'string') throw new Error(request)
    const { subscription } = request
    expect(subscription.wants('waveforms', 'IU_ANMO_10_BH')).toBe(true)
    expect(subscription.wants('waveforms', 'CI_CLC_00_HN')).toBe(false)
    expect(subscription.wants('scores', 'IU_ANMO_10_BH')).toBe(false)
    expect([subscription.wantsAll('envelopes'), subscription.wantsAll('waveforms')]).toEqual([true, false])
  })

  it('takes detections, events and health of all stations when nothing is said', () => {
    const request = parse('')
    if (typeof request === 'string') throw new Error(request)
    expect(topicsOf(request.subscription)).toEqual(['detections', 'events', 'health'])
    expect(request.subscription.wantsAll('detections')).toBe(true)
    expect(request.since).toBeUndefined()
  })

  it.each([
    [
      'topics=detection',
      'topics: expected some of detections, events, scores, waveforms, envelopes, health, drills, got detection',
    ],
    ['stations=ANMO', 'stations: expected NET_STA or NET_STA_LOC_BS, got ANMO'],
    ['envelopeStations=IU_ANMO,ANMO', 'envelopeStations: expected NET_STA or NET_STA_LOC_BS, got ANMO'],
    ['since=-1', 'since: expected a whole number, got -1'],
    ['sinse=1', 'query: expected topics, stations, waveformStations, envelopeStations, scoreStations, since, got sinse'],
  ])('refuses %s', (query, expected) => expect(parse(query)).toBe(expected))
})

describe("a client's message", () => {
  const parseSubscribe = (text: string) => {
    const message = parseClientMessage(text)
    return typeof message !== 'string' && message.type === 'subscribe' ? subscriptionOf(message) : message
  }

  it('reads a subscription', () => {
    const subscription = parseSubscribe('{"type":"subscribe","topics":["scores"],"stations":["IU_ANMO"]}')
    if (!(subscription instanceof Subscription)) throw new Error(String(subscription))
    expect(subscription.wants('scores', 'CI_CLC_00_HH')).toBe(false)
  })

  it('reads stations of one topic', () => {
    const subscription = parseSubscribe(
      '{"type":"subscribe","topics":["scores","envelopes"],"scoreStations":[],"envelopeStations":["IU_ANMO"]}',
    )
    if (!(subscription instanceof Subscription)) throw new Error(String(subscription))
    expect(subscription.wants('scores', 'CI_CLC_00_HH')).toBe(false)
    expect(subscription.wants('envelopes', 'IU_ANMO_10_BH')).toBe(true)
    expect(subscription.wants('envelopes', 'CI_CLC_00_HH')).toBe(false)
  })

  it('may ask for the time, and tell what was drawn', () => {
    const shown = { type: 'shown', seq: 4, time: '2019-07-04T17:33:49.000000Z', uncertaintySeconds: 0.001 }
    expect(parseClientMessage('{"type":"ping","sent":1.5}')).toEqual({ type: 'ping', sent: 1.5 })
    expect(parseClientMessage(JSON.stringify(shown))).toEqual(shown)
  })

  it.each([
    '{"type":"ping"}',
    '{"type":"shown","seq":1,"time":"soon","uncertaintySeconds":0}',
    '',
    '{',
    '[]',
    '{"type":"subscribe"}',
    '{"type":"subscribe","topics":["x"]}',
    '{"type":"subscribe","topics":[],"stations":["<b>"]}',
    '{"type":"subscribe","topics":[],"scoreStations":["<b>"]}',
    '{"type":"subscribe","topics":[],"scoresStations":[]}',
  ])('refuses %s', (text) =>
    expect(parseSubscribe(text)).toBe(
      'message: expected {"type":"subscribe","topics":[…],"stations":[…],"waveformStations":[…], …}',
    ),
  )
})
