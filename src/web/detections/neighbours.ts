import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionsAnswer } from '../../contract/http.ts'
import type { DetectionQuery } from './detection-query.ts'

export interface Neighbours {
  /** The one above and the one below in the table; undefined at its ends. */
  readonly newer: DetectionWire | undefined
  readonly older: DetectionWire | undefined
}

type Search = (query: DetectionQuery & { limit: number }) => Promise<DetectionsAnswer>

/** Onsets of several stations may be the same. */
const SAME_ONSET = 50
const LARGEST_PAGE = 1000
/** The API gives the newest first, so that the next newer one is looked for in ever longer spans. */
const SPANS_MILLIS = [60_000, 3_600_000, 86_400_000, 30 * 86_400_000]

/** The detections beside one in the list of a query. The detection itself need not fit the query any more. */
export async function neighboursOf(detection: DetectionWire, query: DetectionQuery, search: Search): Promise<Neighbours> {
  const [newer, older] = await Promise.all([newerThan(detection, query, search), olderThan(detection, query, search)])
  return { newer, older }
}

async function olderThan(detection: DetectionWire, query: DetectionQuery, search: Search): Promise<DetectionWire | undefined> {
  const after = new Date(Date.parse(detection.onset.time) + 1).toISOString()
  const to = query.to !== undefined && query.to < after ? query.to : after
  const { detections } = await search({ ...query, to, limit: SAME_ONSET })
  return detections.find((each) => isBelow(each, detection))
}

async function newerThan(detection: DetectionWire, query: DetectionQuery, search: Search): Promise<DetectionWire | undefined> {
  const onset = Date.parse(detection.onset.time)
  const from = new Date(onset).toISOString()
  const begin = query.from !== undefined && query.from > from ? query.from : from
  for (const span of SPANS_MILLIS) {
    const end = new Date(onset + span).toISOString()
    const isLast = query.to !== undefined && query.to <= end
    const { detections } = await search({ ...query, from: begin, to: isLast ? query.to : end, limit: LARGEST_PAGE })
    const above = detections.filter((each) => isBelow(detection, each)).at(-1)
    if (above || isLast) return above
  }
  return undefined
}

/** As the table is sorted: by onset, then by id, newest first. */
function isBelow(a: DetectionWire, b: DetectionWire): boolean {
  return a.onset.time < b.onset.time || (a.onset.time === b.onset.time && a.id < b.id)
}
