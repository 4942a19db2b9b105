import { describe, expect, it } from 'vitest'
import { PacketQueue, type Turns } from '../../../src/app/packet-queue.ts'
import type { Packet } from '../../../src/domain/packet.ts'

/** An event loop that turns when told, and a clock on which each packet takes a millisecond. */
class ManualTurns implements Turns {
  readonly #actions: (() => void)[] = []
  now = 0

  later(action: () => void): () => void {
    this.#actions.push(action)
    return () => this.#actions.splice(this.#actions.indexOf(action), 1)
  }

  millis(): number {
    return this.now
  }

  get isIdle(): boolean {
    return this.#actions.length === 0
  }

  turn(): void {
    for (const action of this.#actions.splice(0)) action()
  }
}

function packet(sequence: number, size = 10): Packet {
  return { bytes: new Uint8Array(size).fill(sequence), origin: 'test', sequence: BigInt(sequence) }
}

function queueOf(options: { lanes?: number; maximumBytes?: number; whenFull?: 'wait' | 'drop'; onPacket?: () => void } = {}) {
  const turns = new ManualTurns()
  const done: string[] = []
  const dropped: bigint[] = []
  const queue = new PacketQueue<Packet>({
    maximumBytes: options.maximumBytes ?? 1e6,
    whenFull: options.whenFull ?? 'wait',
    lanes: options.lanes ?? 1,
    onPacket: (lane, { sequence }) => {
      turns.now++
      done.push(`${lane}:${sequence}`)
      options.onPacket?.()
    },
    onDrop: (_lane, { sequence }) => dropped.push(sequence),
    turns,
  })
  return { queue, turns, done, dropped }
}

describe('the packet queue', () => {
  it('takes a packet at once and hands it on in a later turn', () => {
    const { queue, turns, done } = queueOf()
    queue.push(0, packet(1))
    expect(done).toEqual([])
    expect({ packets: queue.length, bytes: queue.bytes }).toEqual({ packets: 1, bytes: 10 })
    turns.turn()
    expect(done).toEqual(['0:1'])
    expect({ packets: queue.length, bytes: queue.bytes, isIdle: turns.isIdle }).toEqual({ packets: 0, bytes: 0, isIdle: true })
  })

  it('keeps its own copy of the bytes', () => {
    const bytes: number[] = []
    const turns = new ManualTurns()
    const onPacket = (_lane: number, each: Packet) => bytes.push(...each.bytes)
    const queue = new PacketQueue<Packet>({ maximumBytes: 100, whenFull: 'wait', lanes: 1, onPacket, onDrop() {}, turns })
    const reused = new Uint8Array([1, 2])
    queue.push(0, { bytes: reused, origin: 'test', sequence: 1n })
    reused.fill(9)
    turns.turn()
    expect(bytes).toEqual([1, 2])
  })

  it('lets others have their turn after a short slice, and loses no place', () => {
    const { queue, turns, done } = queueOf()
    for (let sequence = 0; sequence < 20; sequence++) queue.push(0, packet(sequence))
    turns.turn()
    expect(done.length).toBeGreaterThan(0)
    expect(done.length).toBeLessThan(20)
    while (!turns.isIdle) turns.turn()
    expect(done).toEqual(Array.from({ length: 20 }, (_, sequence) => `0:${sequence}`))
  })

  it('serves the lanes in turn, so that a backlog of one does not delay another', () => {
    const { queue, turns, done } = queueOf({ lanes: 2 })
    for (let sequence = 0; sequence < 5; sequence++) queue.push(0, packet(sequence))
    queue.push(1, packet(100))
    turns.turn()
    expect(done.indexOf('1:100')).toBeLessThan(2)
  })

  it('works off the oldest when a lane is full, so that nothing is lost and order is kept', () => {
    const { queue, turns, done, dropped } = queueOf({ maximumBytes: 30 })
    for (let sequence = 0; sequence < 10; sequence++) {
      queue.push(0, packet(sequence))
      expect(queue.bytes).toBeLessThanOrEqual(30)
    }
    expect(done).toHaveLength(7)
    turns.turn()
    expect(done).toEqual(Array.from({ length: 10 }, (_, sequence) => `0:${sequence}`))
    expect(dropped).toEqual([])
  })

  it('takes a packet that is larger than the whole queue', () => {
    const { queue, turns, done } = queueOf({ maximumBytes: 5 })
    queue.push(0, packet(1))
    queue.push(0, packet(2))
    turns.turn()
    expect(done).toEqual(['0:1', '0:2'])
  })

  it('drops the newcomer when told so, and counts it', () => {
    const { queue, turns, done, dropped } = queueOf({ maximumBytes: 30, whenFull: 'drop' })
    for (let sequence = 0; sequence < 5; sequence++) queue.push(0, packet(sequence))
    expect(dropped).toEqual([3n, 4n])
    expect(queue.status(0)).toEqual({ packets: 3, bytes: 30, limitBytes: 30, dropped: 2 })
    turns.turn()
    expect(done).toEqual(['0:0', '0:1', '0:2'])
  })

  it('drops what arrives in the middle of work on a full lane: that work cannot be interrupted', () => {
    const { queue, turns, done, dropped } = queueOf({
      maximumBytes: 10,
      onPacket: () => {
        if (done.length > 1) return
        queue.push(0, packet(61))
        queue.push(0, packet(62))
      },
    })
    queue.push(0, packet(1))
    while (!turns.isIdle) turns.turn()
    expect(done).toEqual(['0:1', '0:61'])
    expect(dropped).toEqual([62n])
  })

  it('does what is marked after what was there before, and what is put first before everything', () => {
    const { queue, turns, done } = queueOf()
    queue.push(0, packet(1))
    queue.mark(0, () => done.push('mark'))
    queue.push(0, packet(2))
    queue.putFirst(0, [packet(-1), () => done.push('first')])
    expect(queue.length).toBe(3)
    while (!turns.isIdle) turns.turn()
    expect(done).toEqual(['0:-1', 'first', '0:1', 'mark', '0:2'])
  })

  it('keeps order over thousands of packets that come and go', () => {
    const { queue, turns, done } = queueOf()
    let pushed = 0
    for (let round = 0; round < 400; round++) {
      for (let i = 0; i < 12; i++) queue.push(0, packet(pushed++))
      turns.turn()
    }
    while (!turns.isIdle) turns.turn()
    expect(done).toEqual(Array.from({ length: pushed }, (_, sequence) => `0:${sequence}`))
    expect(queue.bytes).toBe(0)
  })

  it('forgets what waits when it is closed', () => {
    const { queue, turns, done } = queueOf()
    queue.push(0, packet(1))
    queue.close()
    turns.turn()
    expect(done).toEqual([])
    expect(queue.length).toBe(0)
  })
})
