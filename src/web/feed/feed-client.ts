import type { FeedMessage } from '../../contract/feed.ts'
import { FEED_CLOSE } from '../../contract/feed-close.ts'
import { decodeWaveformFrame, type WaveformFrame } from '../../contract/waveform-frame.ts'

/** `stale`: connected, and nothing has come for longer than it should. */
export type LinkState = 'connecting' | 'live' | 'stale' | 'lost'

export interface FeedHandlers {
  onMessage(message: FeedMessage): void
  onWaveform(frame: WaveformFrame): void
  onLink(state: LinkState): void
  /** The monitor wants a token; `open` again after a login. */
  onUnauthorised(): void
}

const FIRST_RETRY_MILLIS = 500
const LONGEST_RETRY_MILLIS = 10_000
/** The server pings every connection; the page only sees messages, and health comes every few seconds. */
const STALE_MILLIS = 10_000
/** After as long again the connection counts as lost. */
const DEAD_MILLIS = 10_000

/**
 * Keeps one connection to the feed: comes back after a loss with growing pauses and asks for the detections since the last one
 * it has seen, so that none is missed and none comes twice.
 */
export class FeedClient {
  readonly #handlers: FeedHandlers
  #socket: WebSocket | undefined
  #since: number | undefined
  #storeId: string | undefined
  #retryMillis = FIRST_RETRY_MILLIS
  #stale: ReturnType<typeof setTimeout> | undefined
  #isStale = false

  constructor(handlers: FeedHandlers) {
    this.#handlers = handlers
  }

  open(): void {
    this.#handlers.onLink('connecting')
    const url = new URL('feed', location.href)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    url.search = new URLSearchParams({
      topics: 'detections,scores,waveforms,health',
      ...(this.#since === undefined ? {} : { since: String(this.#since) }),
    }).toString()
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }) => this.#receive(data)
    socket.onclose = ({ code }) => this.#onClose(code)
    this.#socket = socket
    this.#watch()
  }

  #receive(data: string | ArrayBuffer): void {
    this.#watch()
    if (typeof data !== 'string') {
      const frame = decodeWaveformFrame(new Uint8Array(data))
      if (frame) this.#handlers.onWaveform(frame)
      return
    }
    const message = JSON.parse(data) as FeedMessage
    if (message.type === 'hello') {
      this.#retryMillis = FIRST_RETRY_MILLIS
      const isOtherStore = this.#storeId !== undefined && this.#storeId !== message.storeId
      if (isOtherStore) location.reload()
      this.#storeId = message.storeId
      this.#since ??= message.seq
      this.#handlers.onLink('live')
    } else if (message.type === 'detection' || message.type === 'label') {
      this.#since = Math.max(this.#since ?? 0, message.seq)
    }
    this.#handlers.onMessage(message)
  }

  #onClose(code: number): void {
    clearTimeout(this.#stale)
    this.#handlers.onLink('lost')
    if (code === FEED_CLOSE.unauthorised) {
      this.#handlers.onUnauthorised()
      return
    }
    setTimeout(() => this.open(), this.#retryMillis)
    this.#retryMillis = Math.min(LONGEST_RETRY_MILLIS, this.#retryMillis * 2)
  }

  #watch(): void {
    clearTimeout(this.#stale)
    if (this.#isStale) this.#handlers.onLink('live')
    this.#isStale = false
    this.#stale = setTimeout(() => {
      this.#isStale = this.#socket?.readyState === WebSocket.OPEN
      if (this.#isStale) this.#handlers.onLink('stale')
      this.#stale = setTimeout(() => this.#socket?.close(), DEAD_MILLIS)
    }, STALE_MILLIS)
  }
}
