import type { DetectionWire } from '../../contract/detection.ts'
import type { ExplanationAnswer } from '../../contract/detection-study.ts'
import type { EventWire } from '../../contract/event.ts'
import type { DetectionAnswer, DetectionsAnswer, EventsAnswer } from '../../contract/http.ts'
import { ApiError, getJson, pathOf } from '../api/api.ts'
import type { DetectionQuery } from './detection-query.ts'
import { type Neighbours, neighboursOf } from './neighbours.ts'

/** An event may be the beginning of waves that take so long to a station (ak135: P to the core's shadow and beyond). */
const LONGEST_TRAVEL_MILLIS = 30 * 60_000
const MEMBER_EVENTS = 100

/** What the page of one detection has loaded. */
export class DetectionStudy {
  answer = $state.raw<DetectionAnswer | undefined>()
  /** `NOT_FOUND` and such, and what to say. */
  failure = $state.raw<{ code: string; message: string } | undefined>()
  neighbours = $state.raw<Neighbours | undefined>()
  event = $state.raw<EventWire | undefined>()
  explanation = $state.raw<ExplanationAnswer | undefined>()
  /** Its relevance is shown instead of the stored one. */
  isExplanationShown = $state(false)

  #id: string | undefined

  /** Again when the detection has changed: what is there stays until the new is. */
  async load(id: string): Promise<void> {
    if (id !== this.#id) {
      this.answer = undefined
      this.failure = undefined
      this.neighbours = undefined
      this.event = undefined
      this.explanation = undefined
      this.isExplanationShown = false
    }
    this.#id = id
    try {
      const answer = await getJson<DetectionAnswer>(`detections/${pathOf(id)}`)
      if (this.#id !== id) return
      this.answer = answer
      this.failure = undefined
    } catch (error) {
      if (this.#id === id) this.failure = failureOf(error)
    }
  }

  /** The detections beside it, and the event it belongs to. Neither is worth a failure of the page. */
  async loadAround(detection: DetectionWire, query: DetectionQuery): Promise<void> {
    const isStill = () => this.#id === detection.id
    const neighbours = await neighboursOf(detection, query, (page) => getJson<DetectionsAnswer>('detections', { ...page })).catch(
      () => undefined,
    )
    if (isStill()) this.neighbours = neighbours
    const event = await eventOf(detection).catch(() => undefined)
    if (isStill()) this.event = event
  }
}

async function eventOf({ id, station, onset }: DetectionWire): Promise<EventWire | undefined> {
  const millis = Date.parse(onset.time)
  const { events } = await getJson<EventsAnswer>('events', {
    station,
    from: new Date(millis - LONGEST_TRAVEL_MILLIS).toISOString(),
    to: new Date(millis + LONGEST_TRAVEL_MILLIS).toISOString(),
    limit: MEMBER_EVENTS,
  })
  return events.find(({ members }) => members.some(({ detection }) => detection === id))
}

function failureOf(error: unknown): { code: string; message: string } {
  return error instanceof ApiError ? { code: error.code, message: error.message } : { code: 'DEFECT', message: String(error) }
}
