import type { DurableMessage } from '../contract/feed.ts'
import { FEED_CLOSE } from '../contract/feed.ts'
import type { Micros } from '../domain/time.ts'
import type { FeedRequest } from './feed-query.ts'
import type { Recipient } from './journey-log.ts'
import type { EnvelopeCursors } from './recent-envelopes.ts'
import type { Subscription } from './subscription.ts'

/** One end of a WebSocket, as far as the feed needs it. */
export interface FeedConnection {
  /** Bytes accepted by `send` and not yet given to the network. */
  readonly bufferedAmount: number
  /** @param onSent called when the data were handed to the socket (true), or the connection is gone (false) */
  send(data: string | Uint8Array, onSent: (isSent: boolean) => void): void
  close(code: number, reason: string): void
}

export interface MessageSource {
  newestSeq(): number
  messagesSince(seq: number, limit: number): DurableMessage[]
}

/** Above this a client counts as slow: waveforms wait, newest only; detections stay in the store until it can take them. */
export const SLOW_BYTES = 1_000_000

const PAGE = 200

export interface FeedClientOptions {
  readonly connection: FeedConnection
  readonly source: MessageSource
  readonly request: FeedRequest
  /** Of the connection; grows. */
  readonly number: number
  readonly connectedAt: Micros
  /** A detection was handed to the socket. */
  readonly onDetectionSent: (seq: number, client: FeedClient) => void
}

/** RFC 6455 §7.4.1. */
const INTERNAL_ERROR = 1011

/**
 * What one client gets, and when.
 *
 * Durable messages have one path: a cursor into the store. A client is either level with it (live messages go out at once) or behind
 * (it reads page by page as it can take them, and live messages only stay in the store). So there is no seam between replay and
 * live, and a slow client costs no memory.
 */
export class FeedClient implements Recipient {
  readonly number: number
  readonly since: Micros
  /** How far the envelopes of each instrument were sent. */
  readonly envelopeCursors: EnvelopeCursors = new Map()
  readonly #connection: FeedConnection
  readonly #source: MessageSource
  readonly #onDetectionSent: (seq: number, client: FeedClient) => void
  readonly #waveforms = new Map<string, Uint8Array>()
  #subscription: Subscription
  #cursor: number
  #isBehind = true
  #isReading = false
  #cursorAtTick = -1

  constructor({ connection, source, request, number, connectedAt, onDetectionSent }: FeedClientOptions) {
    const { subscription, since } = request
    this.number = number
    this.since = connectedAt
    this.#onDetectionSent = onDetectionSent
    this.#connection = connection
    this.#source = source
    this.#subscription = subscription
    // A number from the future comes from another store: hello tells the client, and here it must not hide what is to come.
    this.#cursor = Math.min(since ?? Number.POSITIVE_INFINITY, source.newestSeq())
  }

  get subscription(): Subscription {
    return this.#subscription
  }

  subscribe(subscription: Subscription): void {
    this.#subscription = subscription
    const isUnwanted = (topic: 'waveforms' | 'envelopes') => (instrument: string) => !subscription.wants(topic, instrument)
    for (const each of [...this.#waveforms.keys()].filter(isUnwanted('waveforms'))) this.#waveforms.delete(each)
    for (const each of [...this.envelopeCursors.keys()].filter(isUnwanted('envelopes'))) this.envelopeCursors.delete(each)
  }

  /** Reads from the store until level with it or the client is slow. */
  catchUp(): void {
    // Sending may call back at once; one reader keeps the order.
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (this.#isBehind && !this.isSlow) {
        const page = this.#source.messagesSince(this.#cursor, PAGE)
        for (const message of page) this.#deliver(message)
        if (page.length < PAGE) this.#isBehind = false
      }
    } catch {
      // A store that cannot be read ends this client, never the monitor; the store's own status says why.
      this.#connection.close(INTERNAL_ERROR, `the store cannot be read; come back with since=${this.#cursor}`)
    } finally {
      this.#isReading = false
    }
  }

  /** A message that was just stored. */
  live(message: DurableMessage): void {
    if (this.#isBehind || message.seq <= this.#cursor) return
    if (this.isSlow) this.#isBehind = true
    else this.#deliver(message)
  }

  /** Text that is worth sending only now: hello, scores, health, detections that could not be stored. */
  now(text: string): void {
    this.#send(text)
  }

  /** Dropped when the client is slow: the next one says more. */
  nowOrNever(text: string): void {
    if (!this.isSlow) this.#send(text)
  }

  /** Ask `isSlow` first: what is read with a cursor waits where it is. */
  bytes(frame: Uint8Array): void {
    this.#send(frame)
  }

  /** Newest only when the client is slow. */
  waveform(instrument: string, frame: Uint8Array): void {
    if (this.isSlow) this.#waveforms.set(instrument, frame)
    else this.#send(frame)
  }

  /** Closes a client that has not moved on since the last tick although there is something for it. */
  tick(): void {
    if (this.#isBehind && this.#cursor === this.#cursorAtTick) {
      const reason = `too slow for detections; come back with since=${this.#cursor}`
      this.#connection.close(FEED_CLOSE.tooSlow, reason)
    }
    this.#cursorAtTick = this.#isBehind ? this.#cursor : -1
  }

  get isSlow(): boolean {
    return this.#connection.bufferedAmount > SLOW_BYTES
  }

  #deliver(message: DurableMessage): void {
    this.#cursor = message.seq
    const subscription = this.#subscription
    const isWanted =
      message.type === 'event'
        ? message.members.some(({ instrument }) => subscription.wants('events', instrument))
        : subscription.wants('detections', message.instrument)
    if (!isWanted) return
    const text = JSON.stringify(message)
    if (message.type !== 'detection') this.#send(text)
    else
      this.#connection.send(text, (isSent) => {
        if (isSent) this.#onDetectionSent(message.seq, this)
        this.#onSent()
      })
  }

  #send(data: string | Uint8Array): void {
    this.#connection.send(data, this.#onSent)
  }

  readonly #onSent = (): void => {
    if (this.isSlow) return
    this.catchUp()
    if (this.#waveforms.size === 0 || this.isSlow) return
    const frames = [...this.#waveforms.values()]
    this.#waveforms.clear()
    for (const frame of frames) this.#send(frame)
  }
}
