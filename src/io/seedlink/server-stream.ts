import type { OnProblem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import { frameV3, frameV4 } from '../../seedlink/server-packet.ts'
import { filterFor, streamNameOf } from '../../seedlink/server-selector.ts'
import { isInWindow, type StreamRequest, type Subscription, subscriptionsFor } from '../../seedlink/server-subscription.ts'
import type { Playback, PlayedRecord } from './server-playback.ts'
import { convertToMiniseed3, repackForV3 } from './server-repack.ts'

/** What comes next for one client: packets (none when it did not ask for the record), waiting, or the end. */
export type StreamStep =
  | { readonly kind: 'packets'; readonly packets: readonly Uint8Array[] }
  | { readonly kind: 'wait'; readonly until: Micros }
  | { readonly kind: 'end' }

interface ActiveSubscription {
  readonly subscription: Subscription
  /** Lower numbers are not sent. */
  readonly startSequence: number
}

/** One client's way through the archive. It reads on only when asked, so a client that does not read costs nothing. */
export class PacketStream {
  readonly #playback: Playback
  readonly #request: StreamRequest
  readonly #active: readonly ActiveSubscription[]
  readonly #records: Generator<PlayedRecord, void, undefined>
  readonly #onProblem: OnProblem
  /** Which subscriptions want a stream, by source id and format. */
  readonly #wanted = new Map<string, WantedStream>()
  readonly #stop: number
  #position: number
  #available = 0

  constructor(playback: Playback, request: StreamRequest, onProblem: OnProblem) {
    this.#playback = playback
    this.#request = request
    this.#onProblem = onProblem
    const { subscriptions } = request
    const joined = playback.join(subscriptions)
    this.#active = subscriptions.map((subscription) => ({
      subscription,
      startSequence: playback.startSequence(subscription, joined),
    }))
    this.#position = playback.positionOf(Math.min(...this.#active.map(({ startSequence }) => startSequence)))
    this.#stop = Math.max(...subscriptions.map((subscription) => playback.stopPosition(subscription)))
    this.#records = playback.recordsFrom(this.#position)
  }

  next(): StreamStep {
    if (this.#position >= this.#stop) return END
    if (this.#position >= this.#available) {
      this.#available = this.#playback.availableCount()
      if (this.#position >= this.#available) return { kind: 'wait', until: this.#playback.wakeTimeOf(this.#position) }
    }
    const { value: record, done } = this.#records.next()
    if (done) return END
    this.#position += 1
    return { kind: 'packets', packets: this.#packetsOf(record) }
  }

  close(): void {
    this.#records.return()
  }

  #packetsOf(record: PlayedRecord): Uint8Array[] {
    const wanted = this.#wantedStream(record)
    const active = wanted.active.filter(({ subscription }) => isInWindow(subscription, record.startTime, record.endTime))
    if (active.length === 0) return []
    const start = Math.min(...active.map(({ startSequence }) => startSequence))
    if (this.#request.protocol === 4) {
      return record.sequence < start ? [] : [this.#packetV4(record, wanted)]
    }
    return repackForV3(record, this.#onProblem)
      .map((piece, index) => ({ piece, sequence: record.sequence + index }))
      .filter(({ sequence }) => sequence >= start)
      .map(({ piece, sequence }) => frameV3(sequence, piece))
  }

  #packetV4(record: PlayedRecord, { stationId, isConverted }: WantedStream): Uint8Array {
    const converted = isConverted ? convertToMiniseed3(record.bytes) : undefined
    if (!converted) return frameV4(record.format, record.sequence, stationId, record.bytes)
    return frameV4(`3${record.format.slice(1)}`, record.sequence, stationId, converted)
  }

  #wantedStream({ sourceId, format }: PlayedRecord): WantedStream {
    const key = `${sourceId} ${format}`
    const known = this.#wanted.get(key)
    if (known) return known
    const name = streamNameOf(sourceId, format)
    const subscriptions = subscriptionsFor(this.#request, name)
    const active = this.#active.filter(({ subscription }) => subscriptions.includes(subscription))
    const isConverted = format.startsWith('2') && subscriptions.some(({ selectors }) => filterFor(name, selectors) === '3')
    const wanted = { stationId: name.stationId, active, isConverted }
    this.#wanted.set(key, wanted)
    return wanted
  }
}

interface WantedStream {
  readonly stationId: string
  readonly active: readonly ActiveSubscription[]
  /** To miniSEED 3. */
  readonly isConverted: boolean
}

const END: StreamStep = { kind: 'end' }
