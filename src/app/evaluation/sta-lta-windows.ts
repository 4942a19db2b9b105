import { areaUnderCurve, type LabelledScore } from '../../detection/metrics.ts'
import { StaLta } from '../../signal/sta-lta.ts'
import type { GridTrace } from '../training/grid-trace.ts'
import type { StaLtaSettings } from './sta-lta-baseline.ts'
import { protocolWindows, type WindowShape } from './window-protocol.ts'

export type StaLtaCandidate = Omit<StaLtaSettings, 'on'>

/** What operators try: short and long times, corners, one component or three. */
export const STA_LTA_GRID: readonly StaLtaCandidate[] = [0.5, 1, 2].flatMap((shortSeconds) =>
  [10, 20, 30].flatMap((longSeconds) =>
    [1, 2, 3].flatMap((lowHz) =>
      (['vertical', 'all'] as const).map((components) => ({ shortSeconds, longSeconds, lowHz, highHz: 8, components })),
    ),
  ),
)

/**
 * The baseline's score of each protocol window: the largest ratio inside. It runs over the whole trace, so it knows what came before
 * the window, as it would live; the network does not.
 */
export function staLtaScores(trace: GridTrace, candidate: StaLtaCandidate, shape: WindowShape): LabelledScore[] {
  const ratios = new StaLta({ ...candidate, sampleRate: shape.sampleRate }).push(trace.samples)
  return protocolWindows(trace, shape).map((firstIndex) => {
    const from = firstIndex - trace.firstIndex
    let score = 0
    for (let row = from; row < from + shape.windowLength; row++) score = Math.max(score, ratios[row] ?? 0)
    return { isEarthquake: trace.label.category === 'earthquake', score }
  })
}

/** Collects the scores of every candidate on a split and says which is best. */
export class StaLtaTuning {
  readonly #scores = STA_LTA_GRID.map((): LabelledScore[] => [])
  readonly #shape: WindowShape

  constructor(shape: WindowShape) {
    this.#shape = shape
  }

  add(trace: GridTrace): void {
    for (const [index, candidate] of STA_LTA_GRID.entries()) {
      this.#scores[index]?.push(...staLtaScores(trace, candidate, this.#shape))
    }
  }

  /**
   * The candidate with the largest area under its curve, and the ratio that calls most windows right, both classes weighing alike.
   *
   * @returns undefined when a class is missing
   */
  best(): StaLtaSettings | undefined {
    let best: { candidate: StaLtaCandidate; scores: readonly LabelledScore[]; auc: number } | undefined
    for (const [index, candidate] of STA_LTA_GRID.entries()) {
      const scores = this.#scores[index] ?? []
      const auc = areaUnderCurve(scores)
      if (auc !== null && Number.isFinite(auc) && auc > (best?.auc ?? 0)) best = { candidate, scores, auc }
    }
    return best && { ...best.candidate, on: bestThreshold(best.scores) }
  }
}

/** Largest balanced accuracy; of equals the lowest, rounded down to a tenth. */
export function bestThreshold(scores: readonly LabelledScore[]): number {
  const sorted = [...scores].sort((a, b) => b.score - a.score)
  const positives = sorted.filter(({ isEarthquake }) => isEarthquake).length
  const negatives = sorted.length - positives
  let truePositives = 0
  let falsePositives = 0
  let best = { gain: Number.NEGATIVE_INFINITY, threshold: 1 }
  for (const [index, { score, isEarthquake }] of sorted.entries()) {
    if (isEarthquake) truePositives++
    else falsePositives++
    if (sorted[index + 1]?.score === score) continue
    const gain = truePositives / positives - falsePositives / negatives
    if (gain >= best.gain) best = { gain, threshold: score }
  }
  return Math.floor(best.threshold * 10) / 10
}
