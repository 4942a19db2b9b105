import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeEnvelopeFrame } from '../../../../src/contract/envelope-frame.ts'
import type { FeedMessage } from '../../../../src/contract/feed.ts'
import { FEED_CLOSE } from '../../../../src/contract/feed-close.ts'
import { encodeWaveformFrame } from '../../../../src/contract/waveform-frame.ts'
import { FeedClient } from '../../../../src/web/feed/feed-client.ts'
import { subscriptionOf } from '../../../../src/web/feed/feed-wants.ts'

/** A client and the connections that it opened; the test is the server. */
function connected() {
  const connections: {
    query: URLSearchParams
    sent: string[]
    isClosed: boolean
    say: (message: object | Uint8Array<ArrayBuffer>) => void
    close: (code?: number) => void
  }[] = []
  const seen: string[] = []
  const client = new FeedClient(
    {
      onMessage: (message) => seen.push(message.type === 'detection' ? `detection ${message.id}` : message.type),
      onWaveform: ({ instrument }) => seen.push(`waveform ${instrument}`),
      onEnvelopes: ({ envelopes }) => seen.push(`envelopes ${envelopes.length}`),
      onLink: (state) => seen.push(state),
      onUnauthorised: () => seen.push('unauthorised'),
    },
    (query, { onMessage, onClose }) => {
      const connection = {
        query: new URLSearchParams(query),
        sent: [] as string[],
        isClosed: false,
        say: (message: object | Uint8Array<ArrayBuffer>) =>
          onMessage(message instanceof Uint8Array ? message.buffer : JSON.stringify(message)),
        close: (code = 1006) => onClose(code),
      }
      connections.push(connection)
      return {
        send: (text) => connection.sent.push(text),
        close: () => {
          connection.isClosed = true
        },
      }
    },
  )
  client.open()
  const at = (index: number) => {
    const connection = connections[index]
    if (!connection) throw new Error(`expected connection ${index}, got ${connections.length}`)
    return connection
  }
  return { client, connections, at, seen }
}

const hello = (seq: number, storeId = 'one') => ({ type: 'hello', seq, storeId })
const detection = (seq: number, id = `d${seq}`) => ({ type: 'detection', seq, id }) as unknown as FeedMessage

describe('the client of the feed', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('asks for what came since the last durable message after a loss', () => {
    const { at, seen } = connected()
    expect(at(0).query.get('since')).toBeNull()
    at(0).say(hello(7))
    at(0).say(detection(9))
    at(0).say({ type: 'event', seq: 12, id: 'e' })
    at(0).close()
    vi.advanceTimersByTime(500)
    expect(at(1).query.get('since')).toBe('12')
    expect(seen).toEqual(['connecting', 'live', 'hello', 'detection d9', 'event', 'lost', 'connecting'])
  })

  it('asks for what came since hello when nothing came', () => {
    const { at } = connected()
    at(0).say(hello(7))
    at(0).close()
    vi.advanceTimersByTime(500)
    expect(at(1).query.get('since')).toBe('7')
  })

  it('goes by the numbers of the other store when the monitor has another one', () => {
    const { at } = connected()
    at(0).say(hello(700))
    at(0).close()
    vi.advanceTimersByTime(500)
    at(1).say(hello(3, 'two'))
    at(1).say(detection(4))
    at(1).close()
    vi.advanceTimersByTime(500)
    expect(at(2).query.get('since')).toBe('4')
  })

  it('waits longer each time, up to ten seconds, and begins anew after a hello', () => {
    const { at, connections } = connected()
    for (const wait of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
      const before = connections.length
      at(before - 1).close()
      vi.advanceTimersByTime(wait - 1)
      expect(connections.length).toBe(before)
      vi.advanceTimersByTime(1)
      expect(connections.length).toBe(before + 1)
    }
    at(connections.length - 1).say(hello(1))
    const before = connections.length
    at(before - 1).close()
    vi.advanceTimersByTime(500)
    expect(connections.length).toBe(before + 1)
  })

  it('subscribes after hello, on every connection, and not twice to the same', () => {
    const { client, at } = connected()
    const wants = subscriptionOf([{ waveforms: ['XX_A_00_HH'] }])
    client.subscribe(wants)
    expect(at(0).sent).toEqual([])
    at(0).say(hello(1))
    expect(at(0).sent).toEqual([JSON.stringify(wants)])
    client.subscribe(subscriptionOf([{ waveforms: ['XX_A_00_HH'] }]))
    expect(at(0).sent).toHaveLength(1)
    at(0).close()
    vi.advanceTimersByTime(500)
    at(1).say(hello(1))
    expect(at(1).sent).toEqual([JSON.stringify(wants)])
  })

  it('says that it is stale when nothing comes, live again when something does, and gives up on a dead connection', () => {
    const { at, connections, seen } = connected()
    at(0).say(hello(1))
    vi.advanceTimersByTime(10_000)
    at(0).say({ type: 'health', seq: 1 })
    vi.advanceTimersByTime(20_000)
    expect(seen.filter((each) => each !== 'hello' && each !== 'health')).toEqual([
      'connecting',
      'live',
      'stale',
      'live',
      'stale',
      'lost',
    ])
    expect(at(0).isClosed).toBe(true)
    vi.advanceTimersByTime(500)
    expect(connections).toHaveLength(2)
  })

  it('takes nothing from a connection that it gave up', () => {
    const { at, seen } = connected()
    at(0).say(hello(1))
    vi.advanceTimersByTime(20_500)
    at(1).say(hello(1))
    seen.length = 0
    at(0).say(detection(5))
    at(0).close()
    expect(seen).toEqual([])
  })

  it('tries again in vain as long as nobody answers at all', () => {
    const { connections } = connected()
    vi.advanceTimersByTime(20_500)
    expect(connections).toHaveLength(2)
  })

  it('stops when the monitor wants a token, until it is opened again', () => {
    const { client, at, connections, seen } = connected()
    at(0).close(FEED_CLOSE.unauthorised)
    vi.advanceTimersByTime(60_000)
    expect(connections).toHaveLength(1)
    expect(seen).toContain('unauthorised')
    client.open()
    expect(connections).toHaveLength(2)
  })

  it('tells waveforms from envelopes and ignores frames that are neither', () => {
    const { at, seen } = connected()
    at(0).say(hello(1))
    at(0).say(encodeWaveformFrame({ instrument: 'XX_A_00_HH', startTime: 0, rate: 20, samples: new Float32Array(3) }))
    at(0).say(encodeEnvelopeFrame({ secondsPerRow: 1, envelopes: [] }))
    at(0).say(new Uint8Array([1, 2, 3, 4, 5]))
    expect(seen.slice(-2)).toEqual(['waveform XX_A_00_HH', 'envelopes 0'])
  })
})
