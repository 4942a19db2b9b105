import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeEnvelopeFrame } from '../../src/contract/envelope-frame.ts'
import { type FeedMessage, feedMessageSchema } from '../../src/contract/feed.ts'
import { decodeWaveformFrame } from '../../src/contract/waveform-frame.ts'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { closed, EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { EXAMPLE_STATION, EXAMPLE_SYSTEM, exampleView } from '../helpers/example-view.ts'

let folder: string
let store: Store
let hub: FeedHub
let server: HttpServer
let clients: FeedReader[]

/** A client that remembers what came and lets a test wait for it. */
class FeedReader {
  readonly socket: WebSocket
  readonly messages: FeedMessage[] = []
  readonly frames: Uint8Array[] = []
  closedWith: { code: number; reason: string } | undefined
  #wake: () => void = () => {}

  constructor(query: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`${server.url.replace('http', 'ws')}/feed${query}`, { headers })
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) this.frames.push(data as Buffer)
      else this.messages.push(feedMessageSchema.parse(JSON.parse(data.toString())))
      this.#wake()
    })
    this.socket.on('close', (code, reason) => {
      this.closedWith = { code, reason: reason.toString() }
      this.#wake()
    })
    clients.push(this)
  }

  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async opened(): Promise<this> {
    await this.until(() => this.messages.length > 0)
    return this
  }

  get detections(): number[] {
    return this.messages.filter(({ type }) => type === 'detection').map(({ seq }) => seq)
  }
}

async function start(token?: string): Promise<void> {
  const view = exampleView(store)
  hub = new FeedHub(view.clock, view)
  server = await startHttpServer({ listen: { host: '127.0.0.1', port: 0 }, token, view, hub, onError: () => {} })
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quakewire-feed-'))
  clients = []
  store = openStore(join(folder, 'quakewire.db'), {
    clock: { now: () => EXAMPLE_TIME },
    keepScoresDays: 30,
    maximumMegabytes: 100,
    strideSeconds: 1,
    onProblem: () => {},
  })
  await start()
})

afterEach(async () => {
  for (const { socket } of clients) socket.terminate()
  await server.close()
  store.close()
  rmSync(folder, { recursive: true })
})

let second = 0
function publish(count: number): void {
  const detections = Array.from({ length: count }, () => ({ detection: exampleDetection(second++), latency: {} }))
  for (const message of store.commit({ detections }).messages) hub.publish(message)
}

describe('the feed', () => {
  it('says hello with model, stations and the newest number', async () => {
    publish(2)
    const { messages } = await new FeedReader('?topics=scores').opened()
    expect(messages[0]).toMatchObject({
      type: 'hello',
      seq: 2,
      version: '0.1.0',
      mode: 'live',
      storeId: store.id,
      model: { model: 'first@abc' },
      stations: [{ instrument: 'CI_CLC_00_HH' }],
    })
  })

  it('has no seam: clients that come, go and come back with since while detections pour get each once, in order', async () => {
    const seen: number[] = []
    publish(300)
    for (let round = 0; round < 6; round++) {
      const reader = new FeedReader(`?topics=detections&since=${seen.at(-1) ?? 0}`)
      publish(5)
      await reader.opened()
      publish(20)
      await reader.until(() => (reader.detections.at(-1) ?? 0) >= store.newestSeq - 10)
      reader.socket.terminate()
      seen.push(...reader.detections)
      publish(7)
    }
    const last = new FeedReader(`?topics=detections&since=${seen.at(-1)}`)
    await last.until(() => last.detections.at(-1) === store.newestSeq)
    seen.push(...last.detections)
    expect(seen).toEqual(Array.from({ length: store.newestSeq }, (_, i) => i + 1))
  })

  it('carries labels with numbers of their own, also after since', async () => {
    publish(1)
    const [{ id } = { id: '' }] = store.detections({}, { limit: 1 }).detections
    const body = JSON.stringify({ label: 'noise', by: 'ann' })
    const init = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body }
    const live = await new FeedReader('?topics=detections').opened()
    await fetch(`${server.url}/api/detections/${encodeURIComponent(id)}`, init)
    await live.until(() => live.messages.length === 2)
    expect(live.messages[1]).toMatchObject({ type: 'label', seq: 2, id, label: { value: 'noise', by: 'ann' } })
    const later = new FeedReader('?topics=detections&since=1')
    await later.until(() => later.messages.length === 2)
    expect(later.messages[1]).toEqual(live.messages[1])
  })

  it('carries scores and health as text and waveforms as bytes', async () => {
    const reader = await new FeedReader('?topics=scores,health,waveforms').opened()
    hub.publishScores([{ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME, score: 0.25 }])
    hub.publishHealth([EXAMPLE_STATION], EXAMPLE_SYSTEM)
    hub.publishWaveform({ instrument: EXAMPLE_INSTRUMENT, startTime: EXAMPLE_TIME, rate: 20, samples: Float64Array.of(1, 2, 3) })
    await reader.until(() => reader.frames.length === 1)
    expect(reader.messages.map(({ type }) => type)).toEqual(['hello', 'scores', 'health'])
    expect(decodeWaveformFrame(reader.frames[0]!)).toMatchObject({ instrument: EXAMPLE_INSTRUMENT, startTime: EXAMPLE_TIME })
  })

  it('lets the client change its subscription', async () => {
    const reader = await new FeedReader('?topics=scores').opened()
    reader.socket.send(JSON.stringify({ type: 'subscribe', topics: ['detections'] }))
    // The pong comes after the subscription was read.
    reader.socket.ping()
    await once(reader.socket, 'pong')
    publish(1)
    await reader.until(() => reader.detections.length === 1)
  })

  it('brings envelopes of one station and waveforms of another, and the recent ones of a third when it is asked for', async () => {
    const instruments = ['CI_CLC_00_HH', 'IU_ANMO_00_BH', 'GE_APE__BH']
    const samples = Float64Array.from({ length: 120 }, (_, i) => i)
    const startTime = 1_562_261_629_000_000
    for (const instrument of instruments) hub.publishWaveform({ instrument, startTime, rate: 20, samples })
    const query = '?topics=waveforms,envelopes&waveformStations=CI_CLC&envelopeStations=IU_ANMO'
    const reader = await new FeedReader(query).opened()
    await reader.until(() => reader.frames.length === 2)
    const envelopesOf = (bytes: Uint8Array | undefined) =>
      decodeEnvelopeFrame(bytes ?? new Uint8Array())?.envelopes.map(({ instrument, rows }) => [instrument, ...rows])
    expect(decodeWaveformFrame(reader.frames[0]!)?.instrument).toBe('CI_CLC_00_HH')
    const rows = [0, 57, 1, 58, 2, 59, 60, 117, 61, 118, 62, 119]
    expect(envelopesOf(reader.frames[1])).toEqual([['IU_ANMO_00_BH', ...rows]])
    reader.socket.send(
      JSON.stringify({
        type: 'subscribe',
        topics: ['envelopes'],
        envelopeStations: ['IU_ANMO', 'GE_APE__BH'],
        waveformStations: [],
      }),
    )
    await reader.until(() => reader.frames.length === 3)
    expect(envelopesOf(reader.frames[2])).toEqual([['GE_APE__BH', ...rows]])
  })

  it('gives a client that stops reading every detection when it reads again, and the newest waveform only', async () => {
    const reader = await new FeedReader('?topics=detections,waveforms').opened()
    const socket = (reader.socket as unknown as { _socket: { pause(): void; resume(): void } })._socket
    socket.pause()
    const samples = new Float64Array(3 * 100_000)
    const frames = 60
    for (let i = 0; i < frames; i++) {
      hub.publishWaveform({ instrument: EXAMPLE_INSTRUMENT, startTime: i, rate: 20, samples })
      publish(1)
      // Lets the sockets work between two publications.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const newest = store.newestSeq
    socket.resume()
    await reader.until(() => reader.detections.at(-1) === newest)
    await reader.until(() => decodeWaveformFrame(reader.frames.at(-1)!)?.startTime === frames - 1)
    expect(reader.detections).toEqual(Array.from({ length: frames }, (_, i) => newest - frames + 1 + i))
    expect(reader.frames.length).toBeLessThan(frames)
  })

  it('publishes a detection open and closed under one id', async () => {
    const reader = await new FeedReader('?topics=detections').opened()
    const detection = exampleDetection(second++)
    for (const each of [detection, closed(detection)]) {
      for (const message of store.commit({ detections: [{ detection: each, latency: {} }] }).messages) hub.publish(message)
    }
    await reader.until(() => reader.detections.length === 2)
    expect(reader.messages.slice(1)).toMatchObject([
      { id: detection.id, state: 'open', off: null },
      { id: detection.id, state: 'closed' },
    ])
  })
})

describe('a refused client', () => {
  it.each([
    ['?topics=detection', 4400, /^topics: expected some of/],
    ['?since=x', 4400, /^since: expected a whole number/],
    ['?stations=<b>', 4400, /^stations: expected NET_STA/],
  ])('%s is told why', async (query, code, reason) => {
    const reader = new FeedReader(query)
    await reader.until(() => reader.closedWith !== undefined)
    expect(reader.closedWith).toEqual({ code, reason: expect.stringMatching(reason) })
    expect(reader.messages).toEqual([])
  })

  it('is one that sends what is no subscription', async () => {
    const reader = await new FeedReader('').opened()
    reader.socket.send('{"type":"order"}')
    await reader.until(() => reader.closedWith !== undefined)
    expect(reader.closedWith?.code).toBe(4400)
  })

  it('is a page of another site', async () => {
    const reader = new FeedReader('', { origin: 'https://evil.example' })
    await reader.until(() => reader.closedWith !== undefined)
    expect(reader.closedWith?.code).toBe(4403)
    await new FeedReader('', { origin: server.url }).opened()
  })

  it('is one without the token', async () => {
    await server.close()
    await start('a token of some length')
    const reader = new FeedReader('')
    await reader.until(() => reader.closedWith !== undefined)
    expect(reader.closedWith?.code).toBe(4401)
    await new FeedReader('', { authorization: 'Bearer a token of some length' }).opened()
  })

  it('is one that asks for another path', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/elsewhere`)
    const [error] = await once(socket, 'error')
    expect((error as Error).message).toContain('404')
  })
})

describe('nonsense on the port', () => {
  it.each(['//', '/feed?%%%', 'http://[', '*'])('such as an upgrade of %s does no harm', async (target) => {
    const socket = createConnection(server.port, '127.0.0.1')
    const key = 'dGhlIHNhbXBsZSBub25jZQ=='
    const lines = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]
    socket.write([`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...lines, '', ''].join('\r\n'))
    await once(socket, 'data')
    socket.resetAndDestroy()
    await new FeedReader('').opened()
  })
})

describe('when the monitor stops', () => {
  it('clients are told that it goes away', async () => {
    const reader = await new FeedReader('').opened()
    await server.close()
    await reader.until(() => reader.closedWith !== undefined)
    expect(reader.closedWith).toEqual({ code: 1001, reason: 'the monitor stops' })
    expect(hub.clientCount).toBe(0)
    await start()
  })
})
