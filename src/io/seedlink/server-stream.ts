import type { OnProblem } from '../../domain/problem.ts'
import type { Micros } from '../../domain/time.ts'
import { frameV3, frameV4 } from '../../seedlink/server-packet.ts'
import { filterFor, streamNameOf } from '../../seedlink/server-selector.ts'
import { isInWindow, type StreamRequest, type Subscription, subscriptionsFor } from '../../seedlink/server-subscription.ts'
import type { Cut } from './server-drill.ts'
import type { Playback } from './server-playback.ts'
import type { PlayedRecord } from './server-played-record.ts'
import { convertToMiniseed3, repackForV3 } from './server-repack.ts'

/** What comes next for one client: packets (none when it did not ask for the record), waiting, or the end. */
export type StreamStep =
  | {
      readonly kind: 'packets'
      readonly packets: readonly Uint8Array[]
      /** Of the record looked at. */
      readonly position: number
      /** The record behind the packets, when the client asked for it; a withheld one has no packets. */
      readonly record: PlayedRecord | undefined
      /** A drill wants the connection cut before they are sent. */
      readonly cut: Cut | undefined
    }
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
    return this.#stepOf(record)
  }

  close(): void {
    this.#records.return()
  }

  #stepOf(record: PlayedRecord): StreamStep {
    const { drill } = record
    const wanted = this.#wantedStream(record)
    const start = this.#startFor(record, wanted)
    const packets = start === undefined || drill?.isWithheld ? [] : this.#packetsOf(record, wanted, start)
    const isAskedFor = packets.length > 0 || (drill?.isWithheld === true && start !== undefined && record.sequence >= start)
    const cut = drill?.cut
    const isCut = cut !== undefined && (isAskedFor || cut.kind === 'restart' || cut.isForAll)
    return {
      kind: 'packets',
      packets,
      position: record.position,
      record: isAskedFor ? record : undefined,
      cut: isCut ? cut : undefined,
    }
  }

  /** Lowest number that some subscription to the stream wants; undefined when none wants the record. */
  #startFor({ startTime, endTime }: PlayedRecord, { active }: WantedStream): number | undefined {
    let start: number | undefined
    for (const { subscription, startSequence } of active) {
      if (!isInWindow(subscription, startTime, endTime)) continue
      if (start === undefined || startSequence < start) start = startSequence
    }
    return start
  }

  #packetsOf(record: PlayedRecord, wanted: WantedStream, start: number): Uint8Array[] {
    if (this.#request.protocol === 4) return record.sequence < start ? [] : [this.#packetV4(record, wanted)]
    const packets: Uint8Array[] = []
    for (const [index, piece] of repackForV3(record, this.#onProblem).entries()) {
      const sequence = record.sequence + index
      if (sequence >= start) packets.push(frameV3(this.#playback.numberOf(sequence), damaged(piece, record)))
    }
    return packets
  }

  #packetV4(record: PlayedRecord, { stationId, isConverted }: WantedStream): Uint8Array {
    const converted = isConverted ? convertToMiniseed3(record.bytes) : undefined
    const sequence = this.#playback.numberOf(record.sequence)
    if (!converted) return frameV4(record.format, sequence, stationId, damaged(record.bytes, record))
    return frameV4(`3${record.format.slice(1)}`, sequence, stationId, damaged(converted, record))
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

function damaged(bytes: Uint8Array, { drill }: PlayedRecord): Uint8Array {
  return drill?.damage ? drill.damage(bytes) : bytes
}

const END: StreamStep = { kind: 'end' }
