import type { IncomingMessage, Server } from 'node:http'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { FEED_CLOSE, type HelloMessage } from '../contract/feed.ts'
import { formatMicros } from '../domain/time.ts'
import type { Access } from './access.ts'
import type { FeedConnection } from './feed-client.ts'
import type { FeedHub } from './feed-hub.ts'
import { parseClientMessage, parseFeedQuery } from './feed-query.ts'
import { HttpError } from './http-error.ts'
import type { MonitorView } from './monitor-view.ts'

const FEED_PATH = '/feed'

/** Pings at this distance; a client that missed one is gone. */
const KEEPALIVE_MILLISECONDS = 20_000

/** How long a client may take to say goodbye when the monitor stops. */
const FAREWELL_MILLISECONDS = 1000

/** Longest message of a client: a subscription with lists of thousands of stations. */
const LARGEST_MESSAGE_BYTES = 256 * 1024

/** A close reason may have 123 bytes (RFC 6455 §5.5). */
const LONGEST_REASON = 120

/**
 * The WebSocket side of the feed, on the sockets of an HTTP server. A refused client is accepted and closed at once with a code, since
 * a browser never sees why a handshake failed.
 *
 * @returns ends the feed: every client is closed with 1001 (going away)
 */
export function serveFeed(http: Server, view: MonitorView, hub: FeedHub, access: Access): () => Promise<void> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE_BYTES, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()

  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (targetOf(request).path !== FEED_PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate())
      alive.add(webSocket)
      webSocket.on('pong', () => alive.add(webSocket))
      connect(webSocket, request)
    })
  })

  function connect(webSocket: WebSocket, request: IncomingMessage): void {
    const refusal = refusalOf(request, access)
    if (refusal) {
      close(webSocket, refusal.code, refusal.reason)
      return
    }
    const feedRequest = parseFeedQuery(targetOf(request).query)
    if (typeof feedRequest === 'string') {
      close(webSocket, FEED_CLOSE.badRequest, feedRequest)
      return
    }
    const client = hub.add(connectionOf(webSocket), feedRequest, helloOf(view))
    webSocket.on('close', () => hub.remove(client))
    webSocket.on('message', (data: RawData, isBinary) => {
      const message = isBinary ? 'message: expected text, got bytes' : parseClientMessage(data.toString())
      if (typeof message === 'string') close(webSocket, FEED_CLOSE.badRequest, message)
      else hub.hear(client, message)
    })
  }

  const keepalive = setInterval(() => {
    for (const webSocket of sockets.clients) {
      if (!alive.delete(webSocket)) webSocket.terminate()
      else webSocket.ping()
    }
  }, KEEPALIVE_MILLISECONDS)
  keepalive.unref()

  return async () => {
    clearInterval(keepalive)
    for (const webSocket of sockets.clients) webSocket.close(1001, 'the monitor stops')
    const impatience = setTimeout(() => {
      for (const webSocket of sockets.clients) webSocket.terminate()
    }, FAREWELL_MILLISECONDS)
    await new Promise<void>((resolve) => sockets.close(() => resolve()))
    clearTimeout(impatience)
  }
}

function refusalOf({ headers }: IncomingMessage, access: Access): { code: number; reason: string } | undefined {
  try {
    access.checkOrigin(headers)
    access.checkToken(headers)
    return undefined
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return { code: error.code === 'UNAUTHORISED' ? FEED_CLOSE.unauthorised : FEED_CLOSE.foreignOrigin, reason: error.message }
  }
}

function helloOf(view: MonitorView): HelloMessage {
  return {
    seq: view.newestSeq(),
    type: 'hello',
    time: formatMicros(view.clock.now()),
    version: view.version,
    mode: view.mode,
    storeId: view.storeId,
    model: view.model(),
    stations: view.stations(),
  }
}

function connectionOf(webSocket: WebSocket): FeedConnection {
  return {
    get bufferedAmount() {
      return webSocket.bufferedAmount
    },
    send: (data, onSent) => webSocket.send(data, (error) => onSent(!error)),
    close: (code, reason) => close(webSocket, code, reason),
  }
}

function close(webSocket: WebSocket, code: number, reason: string): void {
  webSocket.close(code, reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 3)}...` : reason)
}

/** Split by hand: a target such as `//` makes URL throw. */
function targetOf({ url = '' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [path = '', query = ''] = url.split('?', 2)
  return { path, query: new URLSearchParams(query) }
}
