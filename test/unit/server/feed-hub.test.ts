import { beforeEach, describe, expect, it } from 'vitest'
import { type DetectionWire, detectionToWire } from '../../../src/contract/detection.ts'
import { decodeEnvelopeFrame, ENVELOPE_COLUMNS } from '../../../src/contract/envelope-frame.ts'
import { FEED_CLOSE, type FeedTopic, type HelloMessage } from '../../../src/contract/feed.ts'
import { decodeWaveformFrame } from '../../../src/contract/waveform-frame.ts'
import { parseInstrumentId } from '../../../src/domain/source-id.ts'
import { formatMicros } from '../../../src/domain/time.ts'
import { type FeedConnection, SLOW_BYTES } from '../../../src/server/feed-client.ts'
import { FeedHub } from '../../../src/server/feed-hub.ts'
import { JourneyLog } from '../../../src/server/journey-log.ts'
import { Subscription, type SubscriptionOptions } from '../../../src/server/subscription.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME, exampleDetection } from '../../helpers/example-detection.ts'
import { EXAMPLE_MODEL, EXAMPLE_STATION, EXAMPLE_SYSTEM } from '../../helpers/example-view.ts'

const other = parseInstrumentId('IU_ANMO_00_BH')!

/** A client whose network the test plays. */
class PlayedConnection implements FeedConnection {
  bufferedAmount = 0
  readonly sent: (string | Uint8Array)[] = []
  closedWith: { code: number; reason: string } | undefined
  #waiting: ((isSent: boolean) => void)[] = []

  send(data: string | Uint8Array, onSent: (isSent: boolean) => void): void {
    this.sent.push(data)
    this.#waiting.push(onSent)
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason }
  }

  block(): void {
    this.bufferedAmount = SLOW_BYTES + 1
  }

  /** The network takes what waits. */
  drain(): void {
    this.bufferedAmount = 0
    for (const onSent of this.#waiting.splice(0)) onSent(true)
  }

  get messages(): { type: string; seq: number; id?: string }[] {
    return this.sent.filter((data) => typeof data === 'string').map((text) => JSON.parse(text))
  }

  get detections(): number[] {
    return this.messages.filter(({ type }) => type === 'detection').map(({ seq }) => seq)
  }

  get frames() {
    return this.sent.flatMap((data) => (typeof data === 'string' ? [] : (decodeWaveformFrame(data) ?? [])))
  }

  /** Instrument and first second of what came, with the number of seconds. */
  get envelopes(): [instrument: string, second: number, rows: number][] {
    return this.sent
      .flatMap((data) => (typeof data === 'string' ? [] : (decodeEnvelopeFrame(data)?.envelopes ?? [])))
      .map(({ instrument, startTime, rows }) => [instrument, startTime / 1e6, rows.length / ENVELOPE_COLUMNS])
  }
}

let stored: DetectionWire[]
let hub: FeedHub
let journeys: JourneyLog
let now: number

beforeEach(() => {
  stored = []
  now = EXAMPLE_TIME
  journeys = new JourneyLog()
  hub = new FeedHub(
    { now: () => now },
    {
      newestSeq: () => stored.length,
      messagesSince: (seq, limit) => stored.slice(seq, seq + limit),
    },
    journeys,
  )
})

/** As the store does it: kept first, then handed to the hub by the caller. */
function store(instrument = EXAMPLE_INSTRUMENT): DetectionWire {
  const seq = stored.length + 1
  const message = detectionToWire(exampleDetection(seq, { instrument }), { seq, latency: {} })
  stored.push(message)
  return message
}

const publish = (instrument = EXAMPLE_INSTRUMENT) => hub.publish(store(instrument))

function connect(
  topics: FeedTopic[],
  since?: number,
  stations?: string[],
  ofTopic: NonNullable<SubscriptionOptions['ofTopic']> = {},
) {
  const connection = new PlayedConnection()
  const subscription = new Subscription({ topics, stations, ofTopic })
  const hello: HelloMessage = {
    seq: stored.length,
    type: 'hello',
    time: '2019-07-04T17:33:49.000000Z',
    version: '0.1.0',
    mode: 'live',
    storeId: 'x',
    model: EXAMPLE_MODEL,
    stations: [],
  }
  const client = hub.add(connection, { subscription, since }, hello)
  return { connection, client }
}

describe('a ping', () => {
  it("is answered with the monitor's time and the number of the connection", () => {
    const { connection, client } = connect([])
    hub.hear(client, { type: 'ping', sent: 12.25 })
    expect(connection.messages.at(-1)).toMatchObject({
      type: 'pong',
      sent: 12.25,
      time: formatMicros(EXAMPLE_TIME),
      client: client.number,
    })
    expect(connect([]).client.number).toBeGreaterThan(client.number)
  })
})

describe('detections', () => {
  it('come after hello, those since the number first, then live, each once', () => {
    for (let i = 0; i < 5; i++) publish()
    const { connection } = connect(['detections'], 2)
    publish()
    expect(connection.messages[0]?.type).toBe('hello')
    expect(connection.detections).toEqual([3, 4, 5, 6])
  })

  it('are on their way until the network has taken them', () => {
    const { connection, client } = connect(['detections'])
    const message = store()
    journeys.stored(message, EXAMPLE_TIME - 5000, EXAMPLE_TIME)
    now = EXAMPLE_TIME + 1000
    hub.publish(message)
    expect(journeys.of(message.id)).toMatchObject([{ storeSeconds: 0.005, screens: [] }])
    now = EXAMPLE_TIME + 3000
    connection.drain()
    expect(journeys.of(message.id)).toMatchObject([{ screens: [{ client: client.number, sentSeconds: 0.003 }] }])
    const time = formatMicros(EXAMPLE_TIME + 20_000)
    hub.hear(client, { type: 'shown', seq: message.seq, time, uncertaintySeconds: 0.001 })
    expect(journeys.of(message.id)[0]?.screens[0]?.shown).toEqual({ seconds: 0.017, uncertaintySeconds: 0.001 })
  })

  it('are live only without since', () => {
    publish()
    const { connection } = connect(['detections'])
    publish()
    expect(connection.detections).toEqual([2])
  })

  it('are neither lost nor doubled when one is stored before and published after the client comes', () => {
    const early = store()
    const { connection } = connect(['detections'], 0)
    hub.publish(early)
    publish()
    expect(connection.detections).toEqual([1, 2])
  })

  it('wait in the store for a slow client, in any number, and come in order when it can', () => {
    const { connection } = connect(['detections'], 0)
    publish()
    connection.block()
    for (let i = 0; i < 1000; i++) publish()
    expect(connection.sent.length).toBe(2)
    connection.drain()
    publish()
    expect(connection.detections).toEqual(Array.from({ length: 1002 }, (_, i) => i + 1))
  })

  it('are replayed no faster than the client takes them', () => {
    for (let i = 0; i < 1000; i++) store()
    const connection = new PlayedConnection()
    const send = connection.send.bind(connection)
    connection.send = (data, onSent) => {
      send(data, onSent)
      connection.bufferedAmount += SLOW_BYTES / 100
    }
    hub.add(connection, { subscription: new Subscription({ topics: ['detections'] }), since: 0 }, {} as never)
    let drains = 0
    for (; connection.detections.length < 1000; drains++) connection.drain()
    expect(drains).toBeGreaterThan(3)
    expect(connection.detections).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
  })

  it('end with a code for a client that takes nothing between two ticks, and go on for one that does', () => {
    const stuck = connect(['detections'], 0).connection
    const slow = connect(['detections'], 0).connection
    const idle = connect(['detections'], 0).connection
    publish()
    stuck.block()
    slow.block()
    publish()
    idle.drain()
    hub.tick()
    slow.drain()
    slow.block()
    publish()
    hub.tick()
    expect(stuck.closedWith).toEqual({ code: FEED_CLOSE.tooSlow, reason: 'too slow for detections; come back with since=1' })
    expect([slow.closedWith, idle.closedWith]).toEqual([undefined, undefined])
  })

  it('of other stations and for other topics stay away', () => {
    const byStation = connect(['detections'], 0, ['IU_ANMO']).connection
    const byInstrument = connect(['detections'], 0, ['CI_CLC_00_HH']).connection
    const without = connect(['health'], 0).connection
    publish()
    publish(other)
    expect([byStation, byInstrument, without].map(({ detections }) => detections)).toEqual([[2], [1], []])
  })

  it('come at once when the store cannot take them', () => {
    const { connection } = connect(['detections'])
    hub.publishUnstored(detectionToWire(exampleDetection(1), { seq: 0, latency: {} }))
    publish()
    expect(connection.detections).toEqual([0, 1])
  })

  it('that cannot be read from the store end the client, not the monitor', () => {
    hub = new FeedHub(
      { now: () => EXAMPLE_TIME },
      {
        newestSeq: () => 5,
        messagesSince: () => {
          throw new Error('disk I/O error')
        },
      },
    )
    const { connection } = connect(['detections'], 3)
    expect(connection.closedWith).toEqual({ code: 1011, reason: 'the store cannot be read; come back with since=3' })
  })

  it('to come are not hidden by a since of another store', () => {
    publish()
    const { connection } = connect(['detections'], 999)
    publish()
    expect(connection.detections).toEqual([2])
  })
})

describe('waveforms', () => {
  const frame = (startTime: number, instrument = EXAMPLE_INSTRUMENT) => ({
    instrument,
    startTime,
    rate: 20,
    samples: Float64Array.of(1, 2, 3),
  })

  it('are newest only, by instrument, when the client is slow', () => {
    const { connection } = connect(['waveforms'])
    hub.publishWaveform(frame(1))
    connection.block()
    for (let time = 2; time <= 9; time++) hub.publishWaveform(frame(time))
    hub.publishWaveform(frame(5, other))
    connection.drain()
    expect(connection.frames.map(({ instrument, startTime }) => [instrument, startTime])).toEqual([
      [EXAMPLE_INSTRUMENT, 1],
      [EXAMPLE_INSTRUMENT, 9],
      [other, 5],
    ])
  })

  it('are copied, so that the samples may be reused', () => {
    const { connection } = connect(['waveforms'])
    const samples = Float64Array.of(1, 2, 3)
    hub.publishWaveform({ ...frame(1), samples })
    samples.fill(0)
    expect([...connection.frames[0]!.samples]).toEqual([1, 2, 3])
  })
})

/** Seconds of data on the grid, the values of each second its number. */
const secondsOf = (first: number, count: number, instrument = EXAMPLE_INSTRUMENT) => ({
  instrument,
  startTime: first * 1e6,
  rate: 20,
  samples: Float64Array.from({ length: 60 * count }, (_, i) => first + Math.floor(i / 60)),
})

describe('envelopes', () => {
  it('come a second at a time, of several instruments in one frame', () => {
    const { connection } = connect(['envelopes'])
    hub.publishWaveform(secondsOf(100, 2))
    hub.publishWaveform(secondsOf(100, 1, other))
    expect(connection.envelopes).toEqual([])
    hub.publishEnvelopes()
    hub.publishEnvelopes()
    expect(connection.sent.length).toBe(2)
    expect(connection.envelopes).toEqual([
      [EXAMPLE_INSTRUMENT, 100, 2],
      [other, 100, 1],
    ])
  })

  it('of the last ten minutes come to a new client, then those that are new', () => {
    for (let second = 0; second < 700; second += 10) hub.publishWaveform(secondsOf(second, 10))
    const { connection } = connect(['envelopes'])
    hub.publishWaveform(secondsOf(700, 1))
    hub.publishEnvelopes()
    expect(connection.envelopes).toEqual([
      [EXAMPLE_INSTRUMENT, 100, 600],
      [EXAMPLE_INSTRUMENT, 700, 1],
    ])
  })

  it('wait for a slow client and come all of them, once', () => {
    const { connection } = connect(['envelopes'])
    connection.block()
    for (let second = 0; second < 300; second++) {
      hub.publishWaveform(secondsOf(second, 1))
      hub.publishEnvelopes()
    }
    expect(connection.envelopes).toEqual([])
    connection.drain()
    hub.publishEnvelopes()
    hub.publishEnvelopes()
    expect(connection.envelopes).toEqual([[EXAMPLE_INSTRUMENT, 0, 300]])
  })

  it('of many instruments fill a client no further than it can take', () => {
    const instruments = Array.from({ length: 300 }, (_, i) => `XX_S${i}__HH`)
    const frame = secondsOf(0, 600)
    for (const instrument of instruments) hub.publishWaveform({ ...frame, instrument })
    const connection = new PlayedConnection()
    const send = connection.send.bind(connection)
    connection.send = (data, onSent) => {
      send(data, onSent)
      connection.bufferedAmount += data.length
    }
    hub.add(connection, { subscription: new Subscription({ topics: ['envelopes'] }), since: undefined }, {} as never)
    expect(connection.bufferedAmount).toBeLessThan(2 * SLOW_BYTES)
    let turns = 0
    for (; connection.envelopes.length < instruments.length; turns++) {
      connection.drain()
      hub.publishEnvelopes()
    }
    expect(turns).toBeGreaterThan(1)
    expect(connection.envelopes.map(([instrument]) => instrument)).toEqual(instruments)
  })
})

describe('scores and health', () => {
  it('go to those who want them, of the stations they want', () => {
    const all = connect(['scores', 'health']).connection
    const some = connect(['scores', 'health'], undefined, ['IU_ANMO_00_BH']).connection
    const none = connect(['detections']).connection
    hub.publishScores([
      { instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME, score: 0.25 },
      { instrument: other, endTime: EXAMPLE_TIME, score: 0.5 },
    ])
    hub.publishHealth([EXAMPLE_STATION], EXAMPLE_SYSTEM)
    expect(all.messages.slice(1)).toMatchObject([
      {
        type: 'scores',
        scores: [
          { instrument: EXAMPLE_INSTRUMENT, time: '2019-07-04T17:33:49.000000Z', score: 0.25 },
          { instrument: other, score: 0.5 },
        ],
      },
      { type: 'health', stations: [EXAMPLE_STATION], system: EXAMPLE_SYSTEM },
    ])
    expect(some.messages.slice(1)).toMatchObject([{ scores: [{ instrument: other }] }, { type: 'health', stations: [] }])
    expect(none.messages).toHaveLength(1)
  })

  it('are dropped when the client is slow', () => {
    const { connection } = connect(['scores'])
    connection.block()
    hub.publishScores([{ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME, score: 0.25 }])
    expect(connection.messages).toHaveLength(1)
  })

  it('make no message when there are none', () => {
    const { connection } = connect(['scores'])
    hub.publishScores([])
    expect(connection.messages).toHaveLength(1)
  })
})

describe('a subscription', () => {
  it('can be changed', () => {
    const { connection, client } = connect(['detections'])
    hub.subscribe(client, new Subscription({ topics: ['scores'] }))
    publish()
    hub.publishScores([{ instrument: EXAMPLE_INSTRUMENT, endTime: EXAMPLE_TIME, score: 0.25 }])
    expect(connection.messages.map(({ type }) => type)).toEqual(['hello', 'scores'])
  })

  it('may have other stations for waveforms, envelopes and scores; an empty list is of none', () => {
    const ofTopic = { waveforms: ['IU_ANMO'], envelopes: [], scores: [EXAMPLE_INSTRUMENT] }
    const { connection } = connect(['detections', 'waveforms', 'envelopes', 'scores'], 0, undefined, ofTopic)
    for (const instrument of [EXAMPLE_INSTRUMENT, other]) {
      publish(instrument)
      hub.publishWaveform(secondsOf(5, 1, instrument))
      hub.publishScores([{ instrument, endTime: EXAMPLE_TIME, score: 0.25 }])
    }
    hub.publishEnvelopes()
    expect(connection.detections).toEqual([1, 2])
    expect(connection.frames.map(({ instrument }) => instrument)).toEqual([other])
    expect(connection.envelopes).toEqual([])
    expect(connection.messages.filter(({ type }) => type === 'scores')).toMatchObject([
      { scores: [{ instrument: EXAMPLE_INSTRUMENT }] },
    ])
  })

  it('brings the recent data of what it adds, and of nothing else', () => {
    for (const instrument of [EXAMPLE_INSTRUMENT, other]) {
      hub.publishWaveform(secondsOf(5, 2, instrument))
      hub.publishScores([{ instrument, endTime: EXAMPLE_TIME, score: 0.25 }])
    }
    const topics: FeedTopic[] = ['waveforms', 'envelopes', 'scores']
    const { connection, client } = connect(topics, undefined, [EXAMPLE_INSTRUMENT])
    const seen = connection.sent.length
    hub.subscribe(client, new Subscription({ topics }))
    const news = connection.sent.slice(seen)
    expect(news).toHaveLength(3)
    expect(JSON.parse(news[0] as string)).toMatchObject({ scores: [{ instrument: other, score: 0.25 }] })
    expect(connection.frames.map(({ instrument, startTime }) => [instrument, startTime / 1e6])).toEqual([
      [EXAMPLE_INSTRUMENT, 5],
      [other, 5],
    ])
    expect(connection.envelopes).toEqual([
      [EXAMPLE_INSTRUMENT, 5, 2],
      [other, 5, 2],
    ])
  })

  it('that takes instruments away and back brings their recent envelopes again', () => {
    const { connection, client } = connect(['envelopes'])
    hub.publishWaveform(secondsOf(5, 1))
    hub.publishEnvelopes()
    hub.subscribe(client, new Subscription({ topics: ['envelopes'], ofTopic: { envelopes: [] } }))
    hub.publishWaveform(secondsOf(6, 1))
    hub.publishEnvelopes()
    hub.subscribe(client, new Subscription({ topics: ['envelopes'] }))
    expect(connection.envelopes).toEqual([
      [EXAMPLE_INSTRUMENT, 5, 1],
      [EXAMPLE_INSTRUMENT, 5, 2],
    ])
  })

  it('ends with the client', () => {
    const { connection, client } = connect(['detections'])
    expect(hub.clientCount).toBe(1)
    hub.remove(client)
    publish()
    expect([hub.clientCount, connection.detections]).toEqual([0, []])
  })
})
