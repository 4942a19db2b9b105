import type { DetectionWire } from '../../contract/detection.ts'
import type { DetectionsAnswer } from '../../contract/http.ts'
import { getJson } from '../api/api.ts'
import { Pages } from '../api/pages.svelte.ts'
import type { DetectionQuery } from './detection-query.ts'

const PAGE = 100

/** What the table of detections has loaded. */
export const detectionPages = new Pages<DetectionWire, DetectionQuery>({
  load: async (query, cursor, signal) => {
    const answer = await getJson<DetectionsAnswer>('detections', { ...query, limit: PAGE, cursor }, signal)
    return { items: answer.detections, cursor: answer.cursor }
  },
  timeOf: ({ onset }) => onset.time,
})
