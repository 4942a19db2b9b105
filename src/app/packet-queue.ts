import type { Packet } from '../domain/packet.ts'

export interface PacketQueueOptions<P extends Packet> {
  /** Of all lanes together; each lane has an equal share, so that one flood starves nobody. */
  readonly maximumBytes: number
  /**
   * `wait`: whoever brings a packet into a full lane works off the oldest first. It reads more slowly, TCP holds the sender back,
   * and nothing is lost. `drop`: the newcomer is lost, and it is said.
   */
  readonly whenFull: 'wait' | 'drop'
  readonly lanes: number
  /** Takes one packet, synchronously. */
  readonly onPacket: (lane: number, packet: P) => void
  readonly onDrop: (lane: number, packet: P) => void
  readonly turns?: Turns
}

/** The event loop, so that tests can be it. */
export interface Turns {
  /** Calls back after others had their turn. @returns how to cancel it */
  later(action: () => void): () => void
  /** Milliseconds, for the length of a slice only: no result depends on it. */
  millis(): number
}

/** What waits in a lane: a packet, or something to be done when all packets before it are done. */
type Entry<P> = P | (() => void)

/** A slice of work; others (sockets, HTTP, feed) wait no longer than this and one packet. */
const SLICE_MILLIS = 8

const NODE_TURNS: Turns = {
  later: (action) => {
    const immediate = setImmediate(action)
    return () => clearImmediate(immediate)
  },
  millis: () => performance.now(),
}

/**
 * Packets between the sockets and the pipeline: one lane for each server, first in, first out, drained in turn and in short slices.
 * What comes out of the pipeline does not depend on the slices: within a lane the order is kept, and stations depend on nothing
 * but their own packets.
 */
export class PacketQueue<P extends Packet> {
  readonly #options: PacketQueueOptions<P>
  readonly #turns: Turns
  readonly #lanes: readonly Lane<P>[]
  readonly #laneBytes: number
  #next = 0
  #cancel: (() => void) | undefined
  #isWorking = false

  constructor(options: PacketQueueOptions<P>) {
    this.#options = options
    this.#turns = options.turns ?? NODE_TURNS
    this.#lanes = Array.from({ length: options.lanes }, () => new Lane<P>())
    this.#laneBytes = options.maximumBytes / Math.max(1, options.lanes)
  }

  /** Packets that wait. */
  get length(): number {
    return this.#lanes.reduce((sum, { packets }) => sum + packets, 0)
  }

  /** Bytes of the packets that wait. */
  get bytes(): number {
    return this.#lanes.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get dropped(): number {
    return this.#lanes.reduce((sum, { dropped }) => sum + dropped, 0)
  }

  /** Of one lane. */
  status(lane: number): {
    readonly packets: number
    readonly bytes: number
    readonly limitBytes: number
    readonly dropped: number
  } {
    const { packets, bytes, dropped } = this.#lane(lane)
    return { packets, bytes, limitBytes: this.#laneBytes, dropped }
  }

  /** The packet's bytes are copied. */
  push(index: number, packet: P): void {
    const lane = this.#lane(index)
    const size = packet.bytes.length
    if (lane.bytes + size > this.#laneBytes && !this.#makeRoom(index, size)) {
      lane.dropped++
      this.#options.onDrop(index, packet)
      return
    }
    lane.push({ ...packet, bytes: packet.bytes.slice() })
    this.#schedule()
  }

  /** Does something when all that waits in the lane now is done. */
  mark(index: number, action: () => void): void {
    this.#lane(index).push(action)
    this.#schedule()
  }

  /** Before everything that waits in the lane. Not counted against the limit. */
  putFirst(index: number, entries: readonly Entry<P>[]): void {
    this.#lane(index).putFirst(entries)
    this.#schedule()
  }

  /** What waits is forgotten. */
  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
    for (const lane of this.#lanes) lane.clear()
  }

  #makeRoom(index: number, size: number): boolean {
    // Work that brings packets cannot be interrupted to do their work first.
    if (this.#options.whenFull === 'drop' || this.#isWorking) return false
    const lane = this.#lane(index)
    while (!lane.isEmpty && lane.bytes + size > this.#laneBytes) this.#work(index)
    return true
  }

  #schedule(): void {
    this.#cancel ??= this.#turns.later(this.#drain)
  }

  readonly #drain = (): void => {
    this.#cancel = undefined
    const end = this.#turns.millis() + SLICE_MILLIS
    for (let index = this.#busyLane(); index !== undefined; index = this.#busyLane()) {
      this.#work(index)
      if (this.#turns.millis() < end) continue
      if (this.#busyLane() !== undefined) this.#schedule()
      return
    }
  }

  /** The next one in turn that has something to do. */
  #busyLane(): number | undefined {
    const { length } = this.#lanes
    for (let step = 0; step < length; step++) {
      const index = (this.#next + step) % length
      if (this.#lane(index).isEmpty) continue
      this.#next = (index + 1) % length
      return index
    }
    return undefined
  }

  #work(index: number): void {
    const entry = this.#lane(index).shift()
    if (entry === undefined) return
    this.#isWorking = true
    try {
      if (typeof entry === 'function') entry()
      else this.#options.onPacket(index, entry)
    } finally {
      this.#isWorking = false
    }
  }

  #lane(index: number): Lane<P> {
    const lane = this.#lanes[index]
    if (lane === undefined) throw new RangeError(`packet queue: expected lane < ${this.#lanes.length}, got ${index}`)
    return lane
  }
}

/** A queue that moves its entries to the front only when half of them are done. */
class Lane<P extends Packet> {
  bytes = 0
  packets = 0
  dropped = 0
  #entries: Entry<P>[] = []
  #first = 0

  get isEmpty(): boolean {
    return this.#first === this.#entries.length
  }

  push(entry: Entry<P>): void {
    this.#entries.push(entry)
    this.#count(entry, 1)
  }

  putFirst(entries: readonly Entry<P>[]): void {
    this.#entries = [...entries, ...this.#entries.slice(this.#first)]
    this.#first = 0
    for (const entry of entries) this.#count(entry, 1)
  }

  shift(): Entry<P> | undefined {
    if (this.isEmpty) return undefined
    const entry = this.#entries[this.#first] as Entry<P>
    // Let go of it now: the array may live on for long.
    this.#entries[this.#first++] = DONE
    if (this.isEmpty) {
      this.#entries.length = 0
      this.#first = 0
    } else if (this.#first >= 1024 && this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    this.#count(entry, -1)
    return entry
  }

  clear(): void {
    this.#entries = []
    this.#first = 0
    this.bytes = 0
    this.packets = 0
  }

  #count(entry: Entry<P>, sign: 1 | -1): void {
    if (typeof entry === 'function') return
    this.bytes += sign * entry.bytes.length
    this.packets += sign
  }
}

const DONE = (): void => {}
