import type { LabelledScore } from '../../detection/metrics.ts'
import { Random } from '../../nn/random.ts'

/** A window with the group that it must be drawn with: windows of one event are not independent. */
export interface GroupedScore extends LabelledScore {
  readonly group: string
}

/** 95 % of the resamples lie between these. */
export type Interval = readonly [number, number]

export interface ConfidenceIntervals {
  readonly accuracy: Interval | null
  readonly precision: Interval | null
  readonly recall: Interval | null
  readonly falsePositiveRate: Interval | null
  readonly auc: Interval | null
}

const RESAMPLES = 1000
const TAIL = 0.025
const SEED = 20_211_101

/**
 * Percentile intervals of the metrics by the bootstrap over groups (events): groups are drawn with replacement, as many as there
 * are, and all windows of a group with it. The seed is fixed: the same scores give the same intervals.
 *
 * An interval is null when fewer than two groups speak of its metric. Nothing seen wrong gives an interval of no width: it is the
 * resampling's, not the world's; with n independent groups and none wrong, the rule of three puts the upper end at 3 / n.
 */
export function bootstrapIntervals(scores: readonly GroupedScore[], threshold: number): ConfidenceIntervals {
  const sorted = [...scores].sort((a, b) => a.score - b.score)
  const groups = new Map<string, number>()
  const groupOf = Int32Array.from(sorted, ({ group }) => {
    const known = groups.get(group)
    if (known !== undefined) return known
    groups.set(group, groups.size)
    return groups.size - 1
  })
  const random = new Random(SEED)
  const weights = new Int32Array(groups.size)
  const drawn: Record<keyof ConfidenceIntervals, number[]> = {
    accuracy: [],
    precision: [],
    recall: [],
    falsePositiveRate: [],
    auc: [],
  }
  for (let resample = 0; resample < RESAMPLES && groups.size > 1; resample++) {
    weights.fill(0)
    for (let draw = 0; draw < groups.size; draw++) weights[Math.floor(random.uniform() * groups.size)]!++
    for (const [name, value] of Object.entries(weightedMetrics(sorted, groupOf, weights, threshold))) {
      if (Number.isFinite(value)) drawn[name as keyof ConfidenceIntervals].push(value)
    }
  }
  return {
    accuracy: interval(drawn.accuracy),
    precision: interval(drawn.precision),
    recall: interval(drawn.recall),
    falsePositiveRate: interval(drawn.falsePositiveRate),
    auc: interval(drawn.auc),
  }
}

/** As `classificationMetrics`, each window as often as its group was drawn; not finite where there is nothing to divide by. */
function weightedMetrics(
  sorted: readonly LabelledScore[],
  groupOf: Int32Array,
  weights: Int32Array,
  threshold: number,
): Record<keyof ConfidenceIntervals, number> {
  let truePositives = 0
  let falsePositives = 0
  let positives = 0
  let negatives = 0
  let pairs = 0
  for (let from = 0; from < sorted.length; ) {
    const { score } = sorted[from]!
    let tiedPositives = 0
    let tiedNegatives = 0
    for (; from < sorted.length && sorted[from]!.score === score; from++) {
      const weight = weights[groupOf[from]!]!
      if (sorted[from]!.isEarthquake) tiedPositives += weight
      else tiedNegatives += weight
    }
    pairs += tiedPositives * (negatives + tiedNegatives / 2)
    positives += tiedPositives
    negatives += tiedNegatives
    if (score >= threshold) {
      truePositives += tiedPositives
      falsePositives += tiedNegatives
    }
  }
  return {
    accuracy: (truePositives + negatives - falsePositives) / (positives + negatives),
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / positives,
    falsePositiveRate: falsePositives / negatives,
    auc: pairs / (positives * negatives),
  }
}

function interval(values: number[]): Interval | null {
  if (values.length < RESAMPLES / 2) return null
  values.sort((a, b) => a - b)
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))]!
  return [at(TAIL), at(1 - TAIL)]
}
