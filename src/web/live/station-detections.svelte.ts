import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionAnswer, DetectionsAnswer, RelevanceWire } from '../../contract/http.ts'
import { getJson, pathOf } from '../api/api.ts'
import { mergeById } from '../feed/merge-durable.ts'
import type { MonitorState } from '../feed/monitor-state.svelte.ts'

const LIMIT = 100

/** Detections of one instrument, those from before the page was opened, too, and the relevance of those that are looked at. */
export class StationDetections {
  readonly #monitor: MonitorState
  readonly #instrument: string
  readonly #asked = new Set<string>()
  #older = $state.raw<readonly DetectionWire[]>([])
  #relevance = $state.raw<ReadonlyMap<string, RelevanceWire>>(new Map())

  constructor(monitor: MonitorState, instrument: string) {
    this.#monitor = monitor
    this.#instrument = instrument
    void this.#load()
  }

  /** Newest onset first. */
  get list(): readonly DetectionWire[] {
    const live = this.#monitor.detections.filter(({ instrument }) => instrument === this.#instrument)
    return mergeById(this.#older, live, ({ onset }) => onset.time, LIMIT)
  }

  /** Of those that were asked for and are explained. */
  get relevance(): readonly RelevanceWire[] {
    return [...this.#relevance.values()]
  }

  /** Once while it is open, once more when it is closed: then it is about the best window. */
  async askRelevance({ id, state }: DetectionWire): Promise<void> {
    const key = `${id} ${state}`
    if (this.#asked.has(key)) return
    this.#asked.add(key)
    try {
      const { relevance } = await getJson<DetectionAnswer>(pathOf('detections', id))
      if (relevance) this.#relevance = new Map(this.#relevance).set(id, relevance)
    } catch {
      // The traces do without; asked again when it is closed, or when the page is opened again.
    }
  }

  async #load(): Promise<void> {
    try {
      const { detections } = await getJson<DetectionsAnswer>('detections', { station: this.#instrument, limit: LIMIT })
      this.#older = detections
    } catch {
      // What the feed brings is there all the same.
    }
  }
}
