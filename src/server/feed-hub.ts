import type { DetectionWire } from '../contract/detection.ts'
import type { Drill } from '../contract/drill.ts'
import { encodeEnvelopeFrame } from '../contract/envelope-frame.ts'
import type {
  ClientMessage,
  DrillMessage,
  DurableMessage,
  HealthMessage,
  HelloMessage,
  PongMessage,
  ScoresMessage,
  StationStateMessage,
} from '../contract/feed.ts'
import type { StationStatus, SystemHealth } from '../contract/health.ts'
import { encodeWaveformFrame, type WaveformFrame } from '../contract/waveform-frame.ts'
import type { Clock } from '../domain/ports.ts'
import type { InstrumentId } from '../domain/source-id.ts'
import { formatMicros, type Micros, parseIsoMicros } from '../domain/time.ts'
import { FeedClient, type FeedConnection, type MessageSource } from './feed-client.ts'
import { type FeedRequest, subscriptionOf } from './feed-query.ts'
import { JourneyLog } from './journey-log.ts'
import { RecentData } from './recent-data.ts'
import { RecentEnvelopes } from './recent-envelopes.ts'
import type { SampledTopic, Subscription } from './subscription.ts'

export interface FeedScore {
  readonly instrument: InstrumentId
  /** End of the scored window. */
  readonly endTime: Micros
  readonly score: number
}

/** About 500 kB in one frame: half of what a client may have waiting. */
const MOST_ENVELOPE_ROWS = 20_000

/**
 * Hands what the monitor publishes to the clients of the feed. Publishing never waits: neither on the store nor on a client.
 */
export class FeedHub {
  readonly #clock: Clock
  readonly #source: MessageSource
  readonly #clients = new Set<FeedClient>()
  readonly #recent = new RecentData<FeedScore>()
  readonly #envelopes = new RecentEnvelopes()
  readonly #journeys: JourneyLog
  #connections = 0

  constructor(clock: Clock, source: MessageSource, journeys = new JourneyLog()) {
    this.#clock = clock
    this.#source = source
    this.#journeys = journeys
  }

  get clientCount(): number {
    return this.#clients.size
  }

  /** A new client: hello, then what was stored after `since`, recent waveforms, scores and envelopes, then live. */
  add(connection: FeedConnection, request: FeedRequest, hello: HelloMessage): FeedClient {
    const { subscription } = request
    const client = new FeedClient({
      connection,
      source: this.#source,
      request,
      number: ++this.#connections,
      connectedAt: this.#clock.now(),
      onDetectionSent: (seq, to) => this.#journeys.sent(seq, to, this.#clock.now()),
    })
    client.now(JSON.stringify(hello))
    client.catchUp()
    this.#sendRecent(client, (topic, instrument) => subscription.wants(topic, instrument))
    this.#clients.add(client)
    return client
  }

  /** What a client says. */
  hear(client: FeedClient, message: ClientMessage): void {
    switch (message.type) {
      case 'subscribe':
        this.subscribe(client, subscriptionOf(message))
        break
      case 'ping':
        client.nowOrNever(
          JSON.stringify({ ...this.#head('pong'), sent: message.sent, client: client.number } satisfies PongMessage),
        )
        break
      case 'shown': {
        const time = parseIsoMicros(message.time)
        if (time !== undefined) this.#journeys.shown({ ...message, time }, client.number)
      }
    }
  }

  /** Another subscription: of what was not wanted before, the recent data come at once. */
  subscribe(client: FeedClient, subscription: Subscription): void {
    const before = client.subscription
    client.subscribe(subscription)
    this.#sendRecent(client, (topic, instrument) => subscription.wants(topic, instrument) && !before.wants(topic, instrument))
  }

  remove(client: FeedClient): void {
    this.#clients.delete(client)
  }

  /** Detections and labels, once they are stored. */
  publish(message: DurableMessage): void {
    for (const client of this.#clients) client.live(message)
  }

  /** A detection that could not be stored: goes to those who are here; when it is stored later, it is published again. */
  publishUnstored(detection: DetectionWire): void {
    const text = JSON.stringify(detection)
    for (const client of this.#clients) {
      if (client.subscription.wants('detections', detection.instrument)) client.now(text)
    }
  }

  /** Scores since the last call, oldest first; call it a few times a second, not per score. */
  publishScores(scores: readonly FeedScore[]): void {
    if (scores.length === 0) return
    for (const score of scores) this.#recent.addScore(score)
    const wire = lazily(() =>
      scores.map(({ instrument, endTime, score }) => ({ instrument, time: formatMicros(endTime), score })),
    )
    const forAll = lazily(() => JSON.stringify(this.#scoresMessage(wire())))
    for (const client of this.#clients) {
      const { subscription } = client
      if (subscription.wantsAll('scores')) client.nowOrNever(forAll())
      else if (subscription.has('scores')) {
        const wanted = wire().filter(({ instrument }) => subscription.wants('scores', instrument))
        if (wanted.length > 0) client.nowOrNever(JSON.stringify(this.#scoresMessage(wanted)))
      }
    }
  }

  /** Copied: the samples may be reused at once. */
  publishWaveform(frame: WaveformFrame): void {
    this.#recent.addFrame(frame)
    this.#envelopes.addFrame(frame)
    const bytes = lazily(() => encodeWaveformFrame(frame))
    for (const client of this.#clients) {
      if (client.subscription.wants('waveforms', frame.instrument)) client.waveform(frame.instrument, bytes())
    }
  }

  /** The seconds that are over since the last call; call it a few times a second. */
  publishEnvelopes(): void {
    for (const client of this.#clients) this.#sendEnvelopes(client)
  }

  publishHealth(stations: readonly StationStatus[], system: SystemHealth): void {
    const messageOf = (of: readonly StationStatus[]): HealthMessage => ({ ...this.#head('health'), stations: [...of], system })
    const forAll = lazily(() => JSON.stringify(messageOf(stations)))
    for (const client of this.#clients) {
      const { subscription } = client
      if (!subscription.has('health')) continue
      if (subscription.wantsAll('health')) client.nowOrNever(forAll())
      else client.nowOrNever(JSON.stringify(messageOf(stations.filter((each) => subscription.wants('health', each.instrument)))))
    }
  }

  /** An instrument is in another state. */
  publishState(change: Omit<StationStateMessage, 'seq' | 'type' | 'time'>): void {
    const text = lazily(() => JSON.stringify({ ...this.#head('state'), ...change } satisfies StationStateMessage))
    for (const client of this.#clients) {
      if (client.subscription.wants('health', change.instrument)) client.nowOrNever(text())
    }
  }

  /** How a drill goes, to those who asked for drills. */
  publishDrill(drill: Drill): void {
    const text = lazily(() => JSON.stringify({ ...this.#head('drill'), drill } satisfies DrillMessage))
    for (const client of this.#clients) if (client.subscription.has('drills')) client.now(text())
  }

  /** Call it every half minute or so: lets go of clients that did not move on since the last time. */
  tick(): void {
    for (const client of this.#clients) client.tick()
  }

  #sendRecent(client: FeedClient, isNew: (topic: SampledTopic, instrument: string) => boolean): void {
    const scores = this.#recent.scores((instrument) => isNew('scores', instrument))
    const wire = scores.map(({ instrument, endTime, score }) => ({ instrument, time: formatMicros(endTime), score }))
    if (wire.length > 0) client.nowOrNever(JSON.stringify(this.#scoresMessage(wire)))
    for (const frame of this.#recent.frames((instrument) => isNew('waveforms', instrument))) {
      client.waveform(frame.instrument, encodeWaveformFrame(frame))
    }
    this.#sendEnvelopes(client)
  }

  /** What a slow client does not take now it gets at the next turn. */
  #sendEnvelopes(client: FeedClient): void {
    const { subscription, envelopeCursors } = client
    if (!subscription.has('envelopes')) return
    const isWanted = (instrument: string) => subscription.wants('envelopes', instrument)
    while (!client.isSlow) {
      const envelopes = this.#envelopes.take(envelopeCursors, isWanted, MOST_ENVELOPE_ROWS)
      if (envelopes.length === 0) return
      client.bytes(encodeEnvelopeFrame({ secondsPerRow: 1, envelopes }))
    }
  }

  #scoresMessage(scores: ScoresMessage['scores']): ScoresMessage {
    return { ...this.#head('scores'), scores }
  }

  #head<Type extends string>(type: Type): { seq: number; type: Type; time: string } {
    return { seq: this.#source.newestSeq(), type, time: formatMicros(this.#clock.now()) }
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
