import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openStore, type Store } from '../../src/io/store/store.ts'
import { FeedHub } from '../../src/server/feed-hub.ts'
import { type HttpServer, startHttpServer } from '../../src/server/http-server.ts'
import { FeedClient, type OpenSocket } from '../../src/web/feed/feed-client.ts'
import { subscriptionOf } from '../../src/web/feed/feed-wants.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../helpers/example-detection.ts'
import { exampleView } from '../helpers/example-view.ts'

let folder: string
let store: Store
let hub: FeedHub
let server: HttpServer | undefined
let port = 0

async function startServer(): Promise<void> {
  const view = exampleView(store)
  hub = new FeedHub(view.clock, view)
  server = await startHttpServer({ listen: { host: '127.0.0.1', port }, view, hub, onError: () => {} })
  port = server.port
}

async function stopServer(): Promise<void> {
  await server?.close()
  server = undefined
}

/** The page's client over a real socket, and what it saw. */
class Page {
  readonly seen: string[] = []
  isClosed = false
  #socket: WebSocket | undefined
  #wake: () => void = () => {}

  readonly #open: OpenSocket = (query, { onMessage, onClose }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/feed?${query}`)
    socket.binaryType = 'arraybuffer'
    socket.on('message', (data, isBinary) => onMessage(isBinary ? (data as unknown as ArrayBuffer) : data.toString()))
    socket.on('error', () => {})
    socket.on('close', (code) => {
      if (!this.isClosed) onClose(code)
    })
    this.#socket = socket
    return socket
  }

  readonly client = new FeedClient(
    {
      onMessage: (message) => this.#note(message.type === 'detection' ? `detection ${message.seq}` : message.type),
      onWaveform: ({ startTime }) => this.#note(`waveform ${(startTime - EXAMPLE_TIME) / 1e6}`),
      onEnvelopes: () => this.#note('envelopes'),
      onLink: (state) => this.#note(state),
      onUnauthorised: () => {},
    },
    this.#open,
  )

  async until(text: string): Promise<void> {
    while (!this.seen.includes(text)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): void {
    this.isClosed = true
    this.#socket?.terminate()
  }

  #note(text: string): void {
    this.seen.push(text)
    this.#wake()
  }
}

let second = 0
function detect(count: number): void {
  const detections = Array.from({ length: count }, () => ({ detection: exampleDetection(second++), latency: {} }))
  for (const message of store.commit({ detections }).messages) hub.publish(message)
}

function send(seconds: number): void {
  const startTime = EXAMPLE_TIME + seconds * 1e6
  hub.publishWaveform({ instrument: EXAMPLE_INSTRUMENT, startTime, rate: 20, samples: new Float64Array(60) })
}

describe("the page's end of the feed", () => {
  let page: Page

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quakewire-page-feed-'))
    port = 0
    store = openStore(join(folder, 'quakewire.db'), {
      clock: { now: () => EXAMPLE_TIME },
      keepScoresDays: 30,
      maximumMegabytes: 100,
      strideSeconds: 1,
      onProblem: () => {},
    })
    await startServer()
    page = new Page()
  })

  afterEach(async () => {
    page.close()
    await stopServer()
    store.close()
    rmSync(folder, { recursive: true })
  })

  it('has every detection once, although the monitor goes away and comes back', async () => {
    detect(3)
    page.client.open()
    await page.until('hello')
    detect(2)
    await page.until('detection 5')
    await stopServer()
    await page.until('lost')
    detect(250)
    page.seen.length = 0
    await startServer()
    await page.until('detection 255')
    detect(1)
    await page.until('detection 256')
    const detections = page.seen.filter((each) => each.startsWith('detection'))
    expect(detections).toEqual(Array.from({ length: 251 }, (_, i) => `detection ${i + 6}`))
  })

  it('gets waveforms of what it subscribed to before it was connected, and again after a loss', async () => {
    page.client.subscribe(subscriptionOf([{ waveforms: [EXAMPLE_INSTRUMENT] }]))
    send(0)
    page.client.open()
    await page.until('waveform 0')
    send(3)
    await page.until('waveform 3')
    await stopServer()
    await page.until('lost')
    page.seen.length = 0
    await startServer()
    send(6)
    await page.until('waveform 6')
  })

  it('gets no waveforms any more when nobody looks at them', async () => {
    page.client.subscribe(subscriptionOf([{ waveforms: [EXAMPLE_INSTRUMENT] }]))
    page.client.open()
    await page.until('hello')
    send(0)
    await page.until('waveform 0')
    page.client.subscribe(subscriptionOf([{ waveforms: ['XX_OTHER_00_HH'] }]))
    // Nothing answers a subscription: one to data that are there does.
    hub.publishWaveform({ instrument: 'XX_THIRD_00_HH', startTime: EXAMPLE_TIME + 9e6, rate: 20, samples: new Float64Array(60) })
    page.client.subscribe(subscriptionOf([{ waveforms: ['XX_THIRD_00_HH'] }]))
    await page.until('waveform 9')
    send(3)
    detect(1)
    await page.until('detection 1')
    expect(page.seen).not.toContain('waveform 3')
  })
})
