import { describe, expect, it } from 'vitest'
import { parseFeedQuery, parseSubscribe } from '../../../src/server/feed-query.ts'

const parse = (query: string) => parseFeedQuery(new URLSearchParams(query))

describe('parseFeedQuery', () => {
  it('reads topics, stations and since', () => {
    const request = parse('topics=scores,waveforms&stations=IU_ANMO,CI_CLC_00_HH&since=17')
    if (typeof request === 'string') throw new Error(request)
    expect([...request.subscription.topics]).toEqual(['scores', 'waveforms'])
    expect(request.subscription.stations.has('IU_ANMO_10_BH')).toBe(true)
    expect(request.subscription.stations.has('CI_CLC_00_HN')).toBe(false)
    expect(request.since).toBe(17)
  })

  it('takes detections, events and health of all stations when nothing is said', () => {
    const request = parse('')
    if (typeof request === 'string') throw new Error(request)
    expect([...request.subscription.topics]).toEqual(['detections', 'events', 'health'])
    expect(request.subscription.stations.isAll).toBe(true)
    expect(request.since).toBeUndefined()
  })

  it.each([
    ['topics=detection', 'topics: expected some of detections, events, scores, waveforms, health, got detection'],
    ['stations=ANMO', 'stations: expected NET_STA or NET_STA_LOC_BS, got ANMO'],
    ['since=-1', 'since: expected a whole number, got -1'],
    ['sinse=1', 'query: expected topics, stations, since, got sinse'],
  ])('refuses %s', (query, expected) => expect(parse(query)).toBe(expected))
})

describe('parseSubscribe', () => {
  it('reads a subscription', () => {
    const subscription = parseSubscribe('{"type":"subscribe","topics":["scores"],"stations":["IU_ANMO"]}')
    if (typeof subscription === 'string') throw new Error(subscription)
    expect(subscription.stations.has('CI_CLC_00_HH')).toBe(false)
  })

  it.each([
    '',
    '{',
    '[]',
    '{"type":"subscribe"}',
    '{"type":"subscribe","topics":["x"]}',
    '{"type":"subscribe","topics":[],"stations":["<b>"]}',
  ])('refuses %s', (text) =>
    expect(parseSubscribe(text)).toBe('message: expected {"type":"subscribe","topics":[…],"stations":[…]}'),
  )
})
