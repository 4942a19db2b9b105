import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionsAnswer } from '../../contract/http.ts'
import { ApiError, getJson } from '../api/api.ts'
import { mergeById } from '../feed/merge-durable.ts'
import { apiQueryOf, type DetectionQuery, writtenQuery } from './detection-query.ts'

const PAGE = 100

/** What the table has loaded of one query, newest onset first. Kept while the page is open, so that "back" is where one was. */
export class DetectionPages {
  loaded = $state.raw<readonly DetectionWire[]>([])
  /** There is more; undefined before the first answer. */
  hasMore = $state<boolean | undefined>()
  isLoading = $state(false)
  failure = $state<string | undefined>()

  #key: string | undefined
  #query: DetectionQuery = {}
  #cursor: string | null = null
  #request: AbortController | undefined

  /** Another query starts anew; the same one is brought up to date. */
  async show(query: DetectionQuery): Promise<void> {
    const key = JSON.stringify(writtenQuery(query))
    if (key !== this.#key) {
      this.loaded = []
      this.hasMore = undefined
      this.#cursor = null
    }
    this.#key = key
    this.#query = query
    const hadMore = this.loaded.length > 0
    const page = await this.#load(undefined)
    if (!page) return
    this.loaded = merged(this.loaded, page.detections)
    if (hadMore) return
    this.#cursor = page.cursor
    this.hasMore = page.cursor !== null
  }

  async more(): Promise<void> {
    if (this.isLoading || this.#cursor === null) return
    const page = await this.#load(this.#cursor)
    if (!page) return
    this.loaded = merged(this.loaded, page.detections)
    this.#cursor = page.cursor
    this.hasMore = page.cursor !== null
  }

  /** It was labelled here. */
  replace(detection: DetectionWire): void {
    this.loaded = this.loaded.map((each) => (each.id === detection.id ? detection : each))
  }

  /** @returns undefined when it failed, or another query was asked meanwhile */
  async #load(cursor: string | undefined): Promise<DetectionsAnswer | undefined> {
    this.#request?.abort()
    const request = new AbortController()
    this.#request = request
    this.isLoading = true
    try {
      const query = { ...apiQueryOf(this.#query), limit: PAGE, cursor }
      const page = await getJson<DetectionsAnswer>('detections', query, request.signal)
      this.failure = undefined
      return page
    } catch (error) {
      if (!request.signal.aborted) this.failure = error instanceof ApiError ? error.message : String(error)
      return undefined
    } finally {
      if (this.#request === request) this.isLoading = false
    }
  }
}

function merged(have: readonly DetectionWire[], more: readonly DetectionWire[]): DetectionWire[] {
  return mergeById(have, more, ({ onset }) => onset.time, Number.POSITIVE_INFINITY)
}

export const detectionPages = new DetectionPages()
