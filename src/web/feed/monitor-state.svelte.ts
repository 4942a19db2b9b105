import type { DetectionWire } from '../../contract/detection.ts'
import type { FeedMessage, HelloMessage } from '../../contract/feed.ts'
import type { StationStatus, SystemHealth } from '../../contract/health.ts'
import type { DetectionsAnswer } from '../../contract/http.ts'
import type { WaveformFrame } from '../../contract/waveform-frame.ts'
import { FeedClient, type LinkState } from './feed-client.ts'
import { Ring } from './ring.ts'

/** Seconds of waveform and score that a row of the page shows. */
export const SHOWN_SECONDS = 120
const NEWEST_DETECTIONS = 200

/** What the traces are drawn from; plain, because it changes far more often than it is looked at. */
export interface LiveTraces {
  readonly rate: number
  readonly samples: Ring
  /** One score per second of data time, at the end of its window. */
  readonly scores: Ring
}

/** Everything the page knows, kept up to date by the feed. */
export class MonitorState {
  link = $state<LinkState>('connecting')
  /** The monitor asks for a token that this browser does not have. */
  isLoginNeeded = $state(false)
  hello = $state.raw<HelloMessage | undefined>()
  stations = $state.raw<readonly StationStatus[]>([])
  system = $state.raw<SystemHealth | undefined>()
  detections = $state.raw<readonly DetectionWire[]>([])
  readonly traces = new Map<string, LiveTraces>()

  readonly #client = new FeedClient({
    onLink: (state) => {
      this.link = state
    },
    onUnauthorised: () => {
      this.isLoginNeeded = true
    },
    onMessage: (message) => this.#onMessage(message),
    onWaveform: (frame) => this.#onWaveform(frame),
  })

  start(): void {
    this.#client.open()
  }

  /** After a login. */
  restart(): void {
    this.isLoginNeeded = false
    this.start()
  }

  #onMessage(message: FeedMessage): void {
    switch (message.type) {
      case 'hello':
        this.hello = message
        this.stations = message.stations
        void this.#loadDetections()
        break
      case 'health':
        this.stations = message.stations
        this.system = message.system
        break
      case 'scores':
        for (const { instrument, time, score } of message.scores) {
          this.#tracesOf(instrument).scores.write(Math.floor(Date.parse(time) / 1000), [score])
        }
        break
      case 'detection':
        this.detections = merged(this.detections, [message])
        break
      case 'label':
        this.detections = this.detections.map((each) => (each.id === message.id ? withLabel(each, message.label) : each))
        break
    }
  }

  #onWaveform({ instrument, startTime, rate, samples }: WaveformFrame): void {
    this.#tracesOf(instrument, rate).samples.write(Math.round((startTime * rate) / 1e6), samples)
  }

  async #loadDetections(): Promise<void> {
    const answer = await fetch(`api/detections?limit=${NEWEST_DETECTIONS}`)
    if (!answer.ok) return
    const { detections } = (await answer.json()) as DetectionsAnswer
    this.detections = merged(this.detections, detections)
  }

  #tracesOf(instrument: string, rate = this.hello?.model.gridRate ?? 20): LiveTraces {
    const known = this.traces.get(instrument)
    if (known) return known
    const traces = { rate, samples: new Ring((SHOWN_SECONDS + 10) * rate, 3), scores: new Ring(SHOWN_SECONDS + 10, 1) }
    this.traces.set(instrument, traces)
    return traces
  }
}

/** One entry per id, the one with the higher seq; newest onset first. */
function merged(have: readonly DetectionWire[], more: readonly DetectionWire[]): DetectionWire[] {
  const byId = new Map(have.map((each) => [each.id, each]))
  for (const each of more) {
    const known = byId.get(each.id)
    if (!known || known.seq <= each.seq) byId.set(each.id, each)
  }
  return [...byId.values()].sort((a, b) => (a.onset.time < b.onset.time ? 1 : -1)).slice(0, NEWEST_DETECTIONS)
}

function withLabel(detection: DetectionWire, label: DetectionWire['label'] | null): DetectionWire {
  const { label: _old, ...rest } = detection
  return label ? { ...rest, label } : rest
}
