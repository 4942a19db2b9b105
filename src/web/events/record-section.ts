import type { DetectionAnswer } from '../../contract/http.ts'
import { getJson, pathOf } from '../api/api.ts'
import type { Member } from './moveout.ts'
import { type SectionTrace, sectionTrace } from './section-trace.ts'

/** More traces than this hide each other, and cost the monitor. */
export const MOST_TRACES = 24
const AT_ONCE = 4

/** Stored vertical components of the members, nearest first; those that have none are left out. */
export async function loadSection(members: readonly Member[], zero: number, signal: AbortSignal): Promise<SectionTrace[]> {
  const nearest = [...members].sort((a, b) => (a.distanceKm ?? 0) - (b.distanceKm ?? 0)).slice(0, MOST_TRACES)
  const traces: SectionTrace[] = []
  for (let i = 0; i < nearest.length; i += AT_ONCE) {
    const answers = await Promise.all(
      nearest.slice(i, i + AT_ONCE).map(async ({ detection }) => ({
        detection,
        answer: await getJson<DetectionAnswer>(`detections/${pathOf(detection)}`, {}, signal).catch(() => undefined),
      })),
    )
    for (const { detection, answer } of answers) if (answer?.waveform) traces.push(sectionTrace(detection, answer.waveform, zero))
  }
  return traces
}
