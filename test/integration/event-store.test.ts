import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventAnswerSchema, eventsAnswerSchema } from '../../src/contract/http.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { exampleEvent } from '../helpers/example-event.ts'
import { exampleView } from '../helpers/example-view.ts'

let folder: string
let store: Store
let server: HttpServer

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-events-'))
  store = openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => EXAMPLE_TIME },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem: () => {},
  })
  const view = exampleView(store)
  const hub = new FeedHub(view.clock, view)
  server = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, view, hub, onError: () => {} })
})

afterEach(async () => {
  await server.close()
  store.close()
  rmSync(folder, { recursive: true })
})

const PAGE = { limit: 10 }
const ids = (filter: Parameters<Store['events']>[0]) => store.events(filter, PAGE).events.map(({ id }) => id)
const ask = async (path: string) => {
  const response = await fetch(server.url + path)
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}

describe('the store of network events', () => {
  it('numbers events after their detections, in one row of messages', () => {
    const detection = exampleDetection(0)
    const { messages, events } = store.commit({ detections: [{ detection, latency: {} }], events: [exampleEvent(0)] })
    expect([...messages, ...events].map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'detection'],
      [2, 'event'],
    ])
    expect(store.messagesSince(0, 10)).toEqual([...messages, ...events])
  })

  it('keeps the newest revision, and makes no message of what is told again', () => {
    const first = exampleEvent(0)
    const second = exampleEvent(0, { revision: 2, stations: 5 })
    const closed = exampleEvent(0, { revision: 3, stations: 5, state: 'closed' })
    const commit = () => store.commit({ events: [first, second, closed] }).events.map(({ revision }) => revision)
    expect(commit()).toEqual([1, 2, 3])
    expect(commit()).toEqual([])
    expect(store.event(first.id)).toMatchObject({ revision: 3, state: 'closed' })
  })

  it('finds events by time, station, size and state, newest first', () => {
    const events = [
      exampleEvent(0),
      exampleEvent(60, { stations: 9 }),
      exampleEvent(120, { state: 'vetoed', reason: 'members-left' }),
    ]
    store.commit({ events })
    expect(ids({})).toEqual(['event-120', 'event-60', 'event-0'])
    expect(ids({ from: events[1]!.time, to: events[2]!.time })).toEqual(['event-60'])
    expect(ids({ minimumStations: 5 })).toEqual(['event-60'])
    expect(ids({ state: 'vetoed' })).toEqual(['event-120'])
    expect(ids({ station: 'CI_CLC' })).toHaveLength(3)
    expect(ids({ station: 'CI_WBS' })).toEqual([])
  })

  it('gives one page after the other', () => {
    store.commit({ events: [0, 10, 20, 30, 40].map((seconds) => exampleEvent(seconds)) })
    const seen: string[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = store.events({}, { limit: 2, cursor })
      seen.push(...page.events.map(({ id }) => id))
      cursor = page.cursor
    }
    expect(seen).toEqual(['event-40', 'event-30', 'event-20', 'event-10', 'event-0'])
  })
})

describe('/api/events', () => {
  beforeEach(() => {
    store.commit({ detections: [{ detection: exampleDetection(0), latency: {} }], events: [exampleEvent(0)] })
  })

  it('lists events as JSON', async () => {
    const { status, text } = await ask('/api/events?minimumStations=4&station=CI_CLC')
    expect(status).toBe(200)
    expect(eventsAnswerSchema.parse(JSON.parse(text)).events).toMatchObject([{ id: 'event-0', type: 'event' }])
    expect(eventsAnswerSchema.parse(JSON.parse((await ask('/api/events?state=closed')).text)).events).toEqual([])
  })

  it('gives one event with the detections of its members', async () => {
    const answer = eventAnswerSchema.parse(JSON.parse((await ask('/api/events/event-0')).text))
    expect(answer.event.id).toBe('event-0')
    expect(answer.detections.map(({ id }) => id)).toEqual([exampleDetection(0).id])
  })

  it('gives QuakeML when it is asked for', async () => {
    for (const path of ['/api/events?format=quakeml', '/api/events/event-0?format=quakeml']) {
      const { status, type, text } = await ask(path)
      expect([status, type]).toEqual([200, 'application/xml; charset=utf-8'])
      expect(text).toContain('<latitude><value>35.7053</value></latitude>')
    }
  })

  it('says what it expects of a query, and which event it does not know', async () => {
    expect(await ask('/api/events?station=CLC')).toMatchObject({ status: 400 })
    expect(await ask('/api/events?magnitude=3')).toMatchObject({ status: 400 })
    expect(await ask('/api/events/none')).toMatchObject({ status: 404 })
  })
})
