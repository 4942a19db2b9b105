import type { DetectionWire } from '../contract/detection.ts'
import type { Journey, JourneyStep, KnownJourney, LatencyDistribution, ScreenTimes } from '../contract/journey.ts'
import { JOURNEY_STEPS } from '../contract/journey.ts'
import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import { RecentValues } from './recent-values.ts'

/** One connection of the feed. */
export interface Recipient {
  readonly number: number
  readonly since: Micros
}

/** What a page says of a message that it has drawn. */
export interface ShownReport {
  readonly seq: number
  /** By the monitor's clock, as the page estimates it. */
  readonly time: Micros
  readonly uncertaintySeconds: number
}

interface Entry {
  readonly detection: string
  readonly stored: Micros
  readonly journey: Journey
  readonly sent: Map<number, Micros>
}

const MOST_MESSAGES = 1000
const MOST_SCREENS = 8
/** A page that says more is wrong, not slow. */
const LONGEST_SHOWING_SECONDS = 600

/**
 * What the newest detections took from packet to screen. It reports and decides nothing; times of pages are what pages say, believed
 * only for what was sent to them.
 */
export class JourneyLog {
  readonly #entries = new Map<number, Entry>()
  readonly #changed = new Set<number>()
  readonly #values = Object.fromEntries(JOURNEY_STEPS.map((step) => [step, new RecentValues(MOST_MESSAGES)])) as Record<
    JourneyStep,
    RecentValues
  >

  /** @param handed when the pipeline handed it over @param stored when its transaction was on disk */
  stored({ seq, id, state, latency }: DetectionWire, handed: Micros, stored: Micros): void {
    const storeSeconds = secondsBetween(handed, stored)
    this.#entries.set(seq, {
      detection: id,
      stored,
      journey: { seq, state, latency, storeSeconds, screens: [] },
      sent: new Map(),
    })
    this.#changed.add(seq)
    const oldest = this.#entries.keys().next().value
    if (this.#entries.size > MOST_MESSAGES && oldest !== undefined) this.#entries.delete(oldest)
    const { packetSeconds, queueSeconds, scoringSeconds, decidingSeconds } = latency
    this.#count({
      packet: packetSeconds,
      queue: queueSeconds,
      scoring: scoringSeconds,
      deciding: decidingSeconds,
      storing: storeSeconds,
    })
  }

  /** Handed to a client's socket. One that connected later catches up: that is not on the way. */
  sent(seq: number, { number, since }: Recipient, time: Micros): void {
    const entry = this.#entries.get(seq)
    if (!entry || since > entry.stored || entry.sent.has(number)) return
    entry.sent.set(number, time)
    const sentSeconds = secondsBetween(entry.stored, time)
    this.#count({ sending: sentSeconds })
    if (entry.journey.screens.length >= MOST_SCREENS) return
    entry.journey.screens.push({ client: number, sentSeconds })
    this.#changed.add(seq)
  }

  shown({ seq, time, uncertaintySeconds }: ShownReport, client: number): void {
    const entry = this.#entries.get(seq)
    const sent = entry?.sent.get(client)
    if (!entry || sent === undefined) return
    // A second word on the same message is not heard.
    entry.sent.delete(client)
    const seconds = secondsBetween(sent, time)
    if (seconds < -uncertaintySeconds || seconds > LONGEST_SHOWING_SECONDS) return
    this.#count({ showing: seconds })
    const { screens } = entry.journey
    const index = screens.findIndex((each) => each.client === client)
    if (index < 0) return
    screens[index] = { ...(screens[index] as ScreenTimes), shown: { seconds, uncertaintySeconds } }
    this.#changed.add(seq)
  }

  /** Of a detection, as far as it is in memory; its opening first. */
  of(detection: string): Journey[] {
    return [...this.#entries.values()].filter((entry) => entry.detection === detection).map(({ journey }) => journey)
  }

  /** What is new since the last call, for the store. */
  takeChanges(): KnownJourney[] {
    const changed = [...this.#changed].flatMap((seq) => this.#entries.get(seq) ?? [])
    this.#changed.clear()
    return changed.map(({ detection, journey }) => ({ detection, journey }))
  }

  distribution(): LatencyDistribution {
    return {
      steps: JOURNEY_STEPS.flatMap((step) => {
        const summary = this.#values[step].summary()
        return summary ? [{ step, ...summary }] : []
      }),
    }
  }

  #count(seconds: Partial<Record<JourneyStep, number | undefined>>): void {
    for (const step of JOURNEY_STEPS) {
      const value = seconds[step]
      if (value !== undefined) this.#values[step].add(value)
    }
  }
}

function secondsBetween(from: Micros, to: Micros): number {
  return (to - from) / MICROS_PER_SECOND
}
