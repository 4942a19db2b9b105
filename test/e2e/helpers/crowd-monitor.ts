import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { encodeEnvelopeFrame } from '../../../src/contract/envelope-frame.ts'
import type { ClientMessage, SubscribeMessage } from '../../../src/contract/feed.ts'
import { encodeWaveformFrame } from '../../../src/contract/waveform-frame.ts'
import { joinWaveformFrames } from '../../../src/contract/waveforms-answer.ts'
import { SECURITY_HEADERS } from '../../../src/server/security-headers.ts'
import { CrowdData, GRID_RATE } from './crowd-data.ts'

export interface CrowdOptions {
  /** How many instruments. */
  readonly instruments: number
  /** Folder of the built page. */
  readonly webRoot: string
  readonly port: number
}

/** Seconds that a new subscription gets of what has been. */
const RECENT_ENVELOPES = 600
const RECENT_WAVEFORMS = 120
const HEALTH_SECONDS = 5
const DETECTION_SECONDS = 20

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/**
 * A monitor of made-up instruments that speaks the feed's contract and does no work of its own, so that the page's own share of a
 * machine can be measured: envelopes, scores and, where asked for, waveforms each second, health every five.
 */
export function startCrowdMonitor({ instruments, webRoot, port }: CrowdOptions): Promise<{ url: string; close: () => void }> {
  const data = new CrowdData(instruments)
  const clients = new Map<WebSocket, SubscribeMessage>()
  const http = createServer((request, response) => answer(request, response, data, webRoot))
  const sockets = new WebSocketServer({ server: http, path: '/feed', perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    const nothing: SubscribeMessage = { type: 'subscribe', topics: [] }
    clients.set(socket, nothing)
    socket.on('close', () => clients.delete(socket))
    socket.on('message', (text) => {
      const before = clients.get(socket) ?? nothing
      const wanted = JSON.parse(text.toString()) as ClientMessage
      if (wanted.type !== 'subscribe') return
      clients.set(socket, wanted)
      sendRecent(socket, data, before, wanted)
    })
    socket.send(JSON.stringify(data.hello()))
    socket.send(JSON.stringify(data.health()))
  })
  const timer = setInterval(() => {
    const second = Math.floor(Date.now() / 1000) - 1
    for (const [socket, wanted] of clients) sendSecond(socket, data, wanted, second)
    if (second % HEALTH_SECONDS === 0) for (const socket of clients.keys()) socket.send(JSON.stringify(data.health()))
    if (second % DETECTION_SECONDS === 0) {
      const text = JSON.stringify(data.addDetection(second))
      for (const socket of clients.keys()) socket.send(text)
    }
  }, 1000)
  return new Promise((resolve) => {
    http.listen(port, '127.0.0.1', () => {
      const close = () => {
        clearInterval(timer)
        for (const socket of clients.keys()) socket.terminate()
        http.close()
      }
      resolve({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, close })
    })
  })
}

function namesOf(
  data: CrowdData,
  { topics }: SubscribeMessage,
  topic: string,
  list: readonly string[] | undefined,
): readonly string[] {
  if (!(topics as readonly string[]).includes(topic)) return []
  return list ?? data.names
}

function sendRecent(socket: WebSocket, data: CrowdData, before: SubscribeMessage, wanted: SubscribeMessage): void {
  const second = Math.floor(Date.now() / 1000) - 1
  const newly = (topic: string, list: keyof SubscribeMessage) => {
    const had = new Set(namesOf(data, before, topic, before[list] as string[] | undefined))
    return namesOf(data, wanted, topic, wanted[list] as string[] | undefined).filter((name) => !had.has(name))
  }
  const envelopes = newly('envelopes', 'envelopeStations')
  if (envelopes.length > 0) sendEnvelopes(socket, data, envelopes, second - RECENT_ENVELOPES, RECENT_ENVELOPES + 1)
  const scores = newly('scores', 'scoreStations')
  for (let back = RECENT_WAVEFORMS; back > 0 && scores.length > 0; back--) socket.send(data.scores(scores, second - back))
  for (const name of newly('waveforms', 'waveformStations'))
    sendWaveform(socket, data, name, second - RECENT_WAVEFORMS, RECENT_WAVEFORMS + 1)
}

function sendSecond(socket: WebSocket, data: CrowdData, wanted: SubscribeMessage, second: number): void {
  const envelopes = namesOf(data, wanted, 'envelopes', wanted.envelopeStations)
  if (envelopes.length > 0) sendEnvelopes(socket, data, envelopes, second, 1)
  const scores = namesOf(data, wanted, 'scores', wanted.scoreStations)
  if (scores.length > 0) socket.send(data.scores(scores, second))
  for (const name of namesOf(data, wanted, 'waveforms', wanted.waveformStations)) sendWaveform(socket, data, name, second, 1)
}

function sendEnvelopes(socket: WebSocket, data: CrowdData, names: readonly string[], second: number, seconds: number): void {
  const envelopes = names
    .filter((name) => data.isSending(name))
    .map((instrument) => ({ instrument, startTime: second * 1e6, rows: data.envelope(instrument, second, seconds) }))
  socket.send(encodeEnvelopeFrame({ secondsPerRow: 1, envelopes }))
}

function sendWaveform(socket: WebSocket, data: CrowdData, instrument: string, second: number, seconds: number): void {
  if (!data.isSending(instrument)) return
  socket.send(frameOf(data, instrument, second, seconds))
}

function frameOf(data: CrowdData, instrument: string, second: number, seconds: number): Uint8Array {
  return encodeWaveformFrame({
    instrument,
    startTime: second * 1e6,
    rate: GRID_RATE,
    samples: data.samples(instrument, second, seconds),
  })
}

function answer({ url = '/' }: IncomingMessage, response: ServerResponse, data: CrowdData, webRoot: string): void {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const send = (type: string, body: string | Uint8Array, status = 200) => {
    response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': type }).end(body)
  }
  const instrument = searchParams.get('instrument') ?? ''
  const from = Math.floor(Date.parse(searchParams.get('from') ?? '') / 1000)
  const to = Math.min(Math.floor(Date.parse(searchParams.get('to') ?? '') / 1000), Math.floor(Date.now() / 1000) - 2)
  if (pathname === '/api/waveforms') {
    const isThere = data.isSending(instrument) && to > from
    send('application/octet-stream', joinWaveformFrames(isThere ? [frameOf(data, instrument, from, to - from)] : []))
  } else if (pathname === '/api/scores') send('application/json', JSON.stringify(data.scoresAnswer(instrument, from, to)))
  else if (pathname === '/api/model')
    send('application/json', JSON.stringify({ ...data.hello().model, card: { preprocess: { highpassHz: 2 } } }))
  else if (pathname === '/api/detections') {
    const station = searchParams.get('station')
    const detections = data.detections.filter((each) => station === null || each.instrument === station)
    send('application/json', JSON.stringify({ detections, cursor: null }))
  } else if (pathname.startsWith('/api/detections/')) {
    const id = decodeURIComponent(pathname.slice('/api/detections/'.length))
    const detection = data.detections.find((each) => each.id === id)
    send(
      'application/json',
      JSON.stringify({ detection, waveform: null, relevance: data.relevance(id), scores: [], journeys: [], labels: [] }),
      detection ? 200 : 404,
    )
  } else if (pathname === '/api/events') send('application/json', JSON.stringify({ events: [], cursor: null }))
  else if (pathname.startsWith('/api/')) send('application/json', '{"error":{"code":"NOT_FOUND","message":"not here"}}', 404)
  else sendFile(send, join(webRoot, normalize(pathname === '/' ? '/index.html' : pathname)))
}

function sendFile(send: (type: string, body: string | Uint8Array, status?: number) => void, file: string): void {
  try {
    send(TYPES[extname(file)] ?? 'application/octet-stream', readFileSync(file))
  } catch {
    send('text/plain', 'not here', 404)
  }
}
