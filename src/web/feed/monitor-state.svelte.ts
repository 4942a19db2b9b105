import type { DetectionWire } from '../../contract/detection.ts'
import type { EventWire } from '../../contract/event.ts'
import type { FeedMessage, HelloMessage, LabelMessage, StationStateMessage } from '../../contract/feed.ts'
import type { StationStatus, SystemHealth } from '../../contract/health.ts'
import type { DetectionsAnswer, EventsAnswer } from '../../contract/http.ts'
import type { WaveformFrame } from '../../contract/waveform-frame.ts'
import { getJson } from '../api/api.ts'
import { browserPainting } from './browser-painting.ts'
import { openBrowserSocket } from './browser-socket.ts'
import { DrawnLog } from './drawn-log.ts'
import { FeedClient, type LinkState } from './feed-client.ts'
import { type FeedWants, subscriptionOf } from './feed-wants.ts'
import { type LiveTraces, SHOWN_SECONDS } from './live-traces.ts'
import { keepLabel, mergeById, withLabel } from './merge-durable.ts'
import { SampleBlocks } from './sample-blocks.ts'
import { Sparks } from './sparks.ts'

const NEWEST_DETECTIONS = 200
const NEWEST_EVENTS = 100
/** Somebody who scrolls through the wall should not subscribe to all that flies past. */
const SUBSCRIBE_DELAY_MILLIS = 150
/** What a screen does not need is let go of, now and then. */
const TIDY_MILLIS = 30_000
/** The monitor's clock is asked for this often. */
const PING_MILLIS = 5000

/** Everything the page knows, kept up to date by the feed. */
export class MonitorState {
  link = $state<LinkState>('connecting')
  /** When the last message came, as long as the link is not live; ms since 1970. */
  lastNews = $state<number | undefined>()
  /** The monitor asks for a token that this browser does not have. */
  isLoginNeeded = $state(false)
  hello = $state.raw<HelloMessage | undefined>()
  stations = $state.raw<readonly StationStatus[]>([])
  system = $state.raw<SystemHealth | undefined>()
  detections = $state.raw<readonly DetectionWire[]>([])
  events = $state.raw<readonly EventWire[]>([])
  /** Of the instruments whose waveforms somebody looks at. */
  readonly traces = new Map<string, LiveTraces>()
  readonly sparks = new Sparks()
  /** Told of each detection that the feed brings for the first time. */
  readonly onNewDetection = new Set<(detection: DetectionWire) => void>()

  /** Told of each label that somebody gave or took back, of old detections, too. */
  readonly onLabel = new Set<(message: LabelMessage) => void>()
  /** Number of this page's connection, as journeys name it. */
  client = $state<number | undefined>()

  readonly #wants = new Set<FeedWants>()
  #subscribing: ReturnType<typeof setTimeout> | undefined
  #lastMessage = 0

  readonly #client = new FeedClient(
    {
      onLink: (state) => {
        this.link = state
        this.lastNews = state === 'live' || this.#lastMessage === 0 ? undefined : this.#lastMessage
      },
      onUnauthorised: () => {
        this.isLoginNeeded = true
      },
      onMessage: (message) => {
        this.#lastMessage = Date.now()
        this.#onMessage(message)
      },
      onWaveform: (frame) => this.#onWaveform(frame),
      onEnvelopes: (frame) => this.sparks.addEnvelopes(frame),
    },
    openBrowserSocket,
  )
  readonly #drawn = new DrawnLog(browserPainting, (message) => this.#client.say(message))

  start(): void {
    this.#client.open()
    setInterval(() => this.#drawn.ask(), PING_MILLIS)
    setInterval(() => this.#tidy(), TIDY_MILLIS)
  }

  /** After a login. */
  restart(): void {
    this.isLoginNeeded = false
    this.#client.open()
  }

  /**
   * What a screen shows of the live data from now on; call it in an `$effect`.
   *
   * @returns takes it back
   */
  look(wants: FeedWants): () => void {
    this.#wants.add(wants)
    for (const instrument of wants.waveforms ?? []) this.tracesOf(instrument)
    this.#subscribeSoon()
    return () => {
      this.#wants.delete(wants)
      this.#subscribeSoon()
    }
  }

  /** For `{@attach …}` of an element that shows a detection: tells the monitor when it is drawn. */
  shows({ seq }: DetectionWire): (element: Element) => void {
    return (element) => this.#drawn.drawn(seq, element)
  }

  stationOf(instrument: string): StationStatus | undefined {
    return this.stations.find((each) => each.instrument === instrument)
  }

  /** Begins to exist when it is asked for, so that fetched data have a place before live ones come. */
  tracesOf(instrument: string, rate = this.hello?.model.gridRate ?? 20): LiveTraces {
    const known = this.traces.get(instrument)
    if (known?.rate === rate) return known
    const stride = this.hello?.model.strideSeconds ?? 1
    const traces = { rate, stride, samples: new SampleBlocks(3), scores: new SampleBlocks(1), keptSeconds: SHOWN_SECONDS }
    this.traces.set(instrument, traces)
    this.#copyScores(instrument, traces)
    return traces
  }

  #onMessage(message: FeedMessage): void {
    switch (message.type) {
      case 'hello':
        this.#onHello(message)
        break
      case 'health':
        this.stations = message.stations
        this.system = message.system
        break
      case 'state':
        this.stations = this.stations.map((each) => (each.instrument === message.instrument ? inState(each, message) : each))
        break
      case 'scores':
        for (const { instrument, time, score } of message.scores) this.#addScore(instrument, Date.parse(time) / 1000, score)
        break
      case 'pong':
        this.client = message.client
        this.#drawn.answered(message.sent, message.time)
        break
      case 'detection':
        this.#drawn.received(message.seq)
        this.#onDetection(message)
        break
      case 'label':
        this.detections = withLabel(this.detections, message)
        for (const tell of this.onLabel) tell(message)
        break
      case 'event':
        this.events = mergeById(this.events, [message], ({ time }) => time, NEWEST_EVENTS)
        break
    }
  }

  #onHello(hello: HelloMessage): void {
    if (this.hello && this.hello.storeId !== hello.storeId) {
      this.detections = []
      this.events = []
      this.traces.clear()
      this.sparks.clear()
    }
    this.hello = hello
    this.stations = hello.stations
    this.#drawn.connected()
    void this.#loadDetections()
    void this.#loadEvents()
  }

  #onDetection(message: DetectionWire): void {
    const isNew = !this.detections.some(({ id }) => id === message.id)
    const detection = keepLabel(this.detections, message)
    this.detections = mergeById(this.detections, [detection], ({ onset }) => onset.time, NEWEST_DETECTIONS)
    if (isNew) for (const tell of this.onNewDetection) tell(detection)
  }

  #addScore(instrument: string, seconds: number, score: number): void {
    this.sparks.addScore(instrument, seconds, score)
    const traces = this.traces.get(instrument)
    traces?.scores.append(Math.round(seconds / traces.stride), [score])
  }

  /** Those that the wall has already do not come again. */
  #copyScores(instrument: string, { scores, stride }: LiveTraces): void {
    const known = this.sparks.get(instrument)?.scores
    if (!known || stride !== 1 || Number.isNaN(known.end)) return
    for (let second = known.end - known.capacity; second < known.end; second++) {
      const score = known.at(second, 0)
      if (!Number.isNaN(score)) scores.append(second, [score])
    }
  }

  #onWaveform({ instrument, startTime, rate, samples }: WaveformFrame): void {
    this.tracesOf(instrument, rate).samples.append(Math.round((startTime * rate) / 1e6), samples)
  }

  /** A list that cannot be had stays as it is: the link's state says that something is wrong. */
  async #loadDetections(): Promise<void> {
    try {
      const { detections } = await getJson<DetectionsAnswer>('detections', { limit: NEWEST_DETECTIONS })
      this.detections = mergeById(this.detections, detections, ({ onset }) => onset.time, NEWEST_DETECTIONS)
    } catch {}
  }

  async #loadEvents(): Promise<void> {
    try {
      const { events } = await getJson<EventsAnswer>('events', { limit: NEWEST_EVENTS })
      this.events = mergeById(this.events, events, ({ time }) => time, NEWEST_EVENTS)
    } catch {}
  }

  #subscribeSoon(): void {
    clearTimeout(this.#subscribing)
    this.#subscribing = setTimeout(() => this.#client.subscribe(subscriptionOf(this.#wants)), SUBSCRIBE_DELAY_MILLIS)
  }

  #tidy(): void {
    const wanted = new Set([...this.#wants].flatMap(({ waveforms = [] }) => waveforms))
    for (const [instrument, traces] of this.traces) {
      if (!wanted.has(instrument)) this.traces.delete(instrument)
      const { rate, stride, samples, scores, keptSeconds } = traces
      const oldest = samples.end / rate - keptSeconds
      if (Number.isNaN(oldest)) continue
      samples.keep(oldest * rate, Number.POSITIVE_INFINITY)
      scores.keep(oldest / stride, Number.POSITIVE_INFINITY)
    }
  }
}

function inState(status: StationStatus, { to, time, reason }: StationStateMessage): StationStatus {
  const { reason: _old, ...rest } = status
  return { ...rest, state: to, since: time, ...(reason !== undefined && { reason }) }
}
