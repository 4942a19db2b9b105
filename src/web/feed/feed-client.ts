import { decodeEnvelopeFrame, type EnvelopeFrame } from '../../contract/envelope-frame.ts'
import type { ClientMessage, FeedMessage, SubscribeMessage } from '../../contract/feed.ts'
import { FEED_CLOSE } from '../../contract/feed-close.ts'
import { decodeWaveformFrame, type WaveformFrame } from '../../contract/waveform-frame.ts'

/** `stale`: connected, and nothing has come for longer than it should. */
export type LinkState = 'connecting' | 'live' | 'stale' | 'lost'

export interface FeedHandlers {
  onMessage(message: FeedMessage): void
  onWaveform(frame: WaveformFrame): void
  onEnvelopes(frame: EnvelopeFrame): void
  onLink(state: LinkState): void
  /** The monitor wants a token; `open` again after a login. */
  onUnauthorised(): void
}

/** One connection, as far as the client needs it. */
export interface FeedSocket {
  send(text: string): void
  close(): void
}

export interface SocketEvents {
  onMessage(data: string | ArrayBuffer): void
  /** @param code of RFC 6455 */
  onClose(code: number): void
}

/** @param query of the feed's address */
export type OpenSocket = (query: string, events: SocketEvents) => FeedSocket

const FIRST_RETRY_MILLIS = 500
const LONGEST_RETRY_MILLIS = 10_000
/** The server pings every connection; the page only sees messages, and health comes every few seconds. */
const STALE_MILLIS = 10_000
/** After as long again the connection counts as lost. */
const DEAD_MILLIS = 10_000

/**
 * Keeps one connection to the feed: comes back after a loss with growing pauses and asks for detections, labels and events since
 * the last one it has seen, so that none is missed and none comes twice. Live data are subscribed to once the monitor has said
 * hello, and again after each loss.
 */
export class FeedClient {
  readonly #handlers: FeedHandlers
  readonly #openSocket: OpenSocket
  #socket: FeedSocket | undefined
  #isGreeted = false
  #subscription: string | undefined
  #since: number | undefined
  #storeId: string | undefined
  #retryMillis = FIRST_RETRY_MILLIS
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStale = false

  constructor(handlers: FeedHandlers, openSocket: OpenSocket) {
    this.#handlers = handlers
    this.#openSocket = openSocket
  }

  open(): void {
    this.#handlers.onLink('connecting')
    const query = new URLSearchParams({
      topics: 'detections,events,health',
      ...(this.#since !== undefined && { since: String(this.#since) }),
    })
    this.#isGreeted = false
    const socket = this.#openSocket(query.toString(), {
      onMessage: (data) => {
        // What an abandoned connection still delivers comes again on the next one.
        if (this.#socket === socket) this.#receive(data)
      },
      onClose: (code) => {
        if (this.#socket === socket) this.#onClose(code)
      },
    })
    this.#socket = socket
    this.#watch()
  }

  /** From now on, and on every connection to come. */
  subscribe(message: SubscribeMessage): void {
    const text = JSON.stringify(message)
    if (text === this.#subscription) return
    this.#subscription = text
    if (this.#isGreeted) this.#socket?.send(text)
  }

  /** Lost when nobody is there. */
  say(message: ClientMessage): void {
    if (this.#isGreeted) this.#socket?.send(JSON.stringify(message))
  }

  #receive(data: string | ArrayBuffer): void {
    this.#watch()
    if (typeof data === 'string') this.#read(JSON.parse(data) as FeedMessage)
    else this.#readBinary(new Uint8Array(data))
  }

  #read(message: FeedMessage): void {
    switch (message.type) {
      case 'hello':
        this.#greet(message)
        break
      case 'detection':
      case 'label':
      case 'event':
        // What could not be stored yet has no number of its own and is published again.
        this.#since = Math.max(this.#since ?? 0, message.seq)
        break
    }
    this.#handlers.onMessage(message)
  }

  #greet({ seq, storeId }: { seq: number; storeId: string }): void {
    this.#retryMillis = FIRST_RETRY_MILLIS
    this.#isGreeted = true
    // The numbers of another store begin anew.
    if (this.#storeId !== storeId) this.#since = seq
    this.#storeId = storeId
    this.#handlers.onLink('live')
    if (this.#subscription !== undefined) this.#socket?.send(this.#subscription)
  }

  #readBinary(bytes: Uint8Array): void {
    const waveform = decodeWaveformFrame(bytes)
    if (waveform) {
      this.#handlers.onWaveform(waveform)
      return
    }
    const envelopes = decodeEnvelopeFrame(bytes)
    if (envelopes) this.#handlers.onEnvelopes(envelopes)
  }

  #onClose(code: number): void {
    clearTimeout(this.#timer)
    this.#socket = undefined
    this.#isGreeted = false
    this.#isStale = false
    this.#handlers.onLink('lost')
    if (code === FEED_CLOSE.unauthorised) {
      this.#handlers.onUnauthorised()
      return
    }
    this.#timer = setTimeout(() => this.open(), this.#retryMillis)
    this.#retryMillis = Math.min(LONGEST_RETRY_MILLIS, this.#retryMillis * 2)
  }

  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#isStale) this.#handlers.onLink('live')
    this.#isStale = false
    this.#timer = setTimeout(() => {
      this.#isStale = this.#isGreeted
      if (this.#isStale) this.#handlers.onLink('stale')
      this.#timer = setTimeout(() => this.#abandon(), DEAD_MILLIS)
    }, STALE_MILLIS)
  }

  /** Closing a dead connection takes the browser up to a minute; nobody waits for that. */
  #abandon(): void {
    const socket = this.#socket
    this.#onClose(1006)
    socket?.close()
  }
}
