import { scoreOf, type WindowScorer } from '../window-scorer.ts'
import { type GridTrace, windowOf } from './grid-trace.ts'
import { WeightedChoice } from './random-draws.ts'
import type { Stretch } from './trace-pool.ts'

/** Windows that the network is surer of than this that they are no earthquakes teach nothing more. */
const LEAST_SCORE = 0.1
const STRIDE_SECONDS = 1

/** The windows of noise traces that a network takes for earthquakes, drawn in proportion to its score, each within half a second. */
export function hardNoise(traces: readonly GridTrace[], scorer: WindowScorer): WeightedChoice<Stretch> {
  const { classifier, sampleRate } = scorer
  const { windowLength, channels } = classifier
  const input = new Float32Array(windowLength * channels)
  const scored: { stretch: Stretch; score: number }[] = []
  for (const trace of traces) {
    const latest = trace.firstIndex + trace.length - windowLength
    for (let start = trace.firstIndex; start <= latest; start += STRIDE_SECONDS * sampleRate) {
      const score = scoreOf(scorer, windowOf(trace, start, windowLength), input)
      if (score < LEAST_SCORE) continue
      const lastStart = Math.min(latest, start + (STRIDE_SECONDS * sampleRate) / 2)
      scored.push({ stretch: { trace, firstStart: start, lastStart }, score })
    }
  }
  const scores = new Map(scored.map(({ stretch, score }) => [stretch, score]))
  return new WeightedChoice([...scores.keys()], (stretch) => scores.get(stretch) ?? 0)
}
