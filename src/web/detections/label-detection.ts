import type { DetectionWire } from '../../contract/detection.ts'
import type { LabelRequest } from '../../contract/http.ts'
import type { LabelValue } from '../../domain/label.ts'
import { pathOf, sendJson } from '../api/api.ts'
import { operator } from '../shell/operator.svelte.ts'

/**
 * Says what a detection is; null takes it back. Asks who says so when this browser does not know.
 *
 * @returns the detection with its label; undefined when nobody wanted to be named
 * @throws {ApiError}
 */
export async function labelDetection(id: string, label: LabelValue | null): Promise<DetectionWire | undefined> {
  const by = await operator.name()
  if (by === undefined) return undefined
  return sendJson<DetectionWire>('PATCH', `detections/${pathOf(id)}`, { label, by } satisfies LabelRequest)
}
