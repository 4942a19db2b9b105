/** How well scores tell two classes apart. Undefined ratios (nothing to divide by) are null, as JSON has no NaN. */
export interface ClassificationMetrics {
  readonly windows: number
  readonly accuracy: number | null
  /** Of the windows called earthquakes, those that are. */
  readonly precision: number | null
  /** Of the earthquake windows, those that are called so. */
  readonly recall: number | null
  /** Of the noise windows, those that are called earthquakes. */
  readonly falsePositiveRate: number | null
  /** Area under the ROC curve: the chance that an earthquake window scores above a noise window; ties count half. */
  readonly auc: number | null
}

/** A window's score beside the truth. */
export interface LabelledScore {
  /** 0–1. */
  readonly score: number
  readonly isEarthquake: boolean
}

/** @param threshold a window is called an earthquake when its score is at or above it */
export function classificationMetrics(scores: readonly LabelledScore[], threshold: number): ClassificationMetrics {
  let truePositives = 0
  let falsePositives = 0
  let positives = 0
  for (const { score, isEarthquake } of scores) {
    if (isEarthquake) positives++
    if (score < threshold) continue
    if (isEarthquake) truePositives++
    else falsePositives++
  }
  const negatives = scores.length - positives
  const trueNegatives = negatives - falsePositives
  return {
    windows: scores.length,
    accuracy: ratio(truePositives + trueNegatives, scores.length),
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, positives),
    falsePositiveRate: ratio(falsePositives, negatives),
    auc: areaUnderCurve(scores),
  }
}

/** Mann–Whitney U over the ranks, tied scores sharing their mean rank. */
export function areaUnderCurve(scores: readonly LabelledScore[]): number | null {
  const sorted = [...scores].sort((a, b) => a.score - b.score)
  let positives = 0
  let rankSum = 0
  for (let from = 0; from < sorted.length; ) {
    let to = from
    let tiedPositives = 0
    while (to < sorted.length && sorted[to]?.score === sorted[from]?.score) {
      if (sorted[to]?.isEarthquake) tiedPositives++
      to++
    }
    const meanRank = (from + 1 + to) / 2
    positives += tiedPositives
    rankSum += tiedPositives * meanRank
    from = to
  }
  const negatives = sorted.length - positives
  return ratio(rankSum - (positives * (positives + 1)) / 2, positives * negatives)
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** Scores this near to 0 or 1 count as this near, so that one sure mistake does not outweigh everything. */
const LEAST_PROBABILITY = 1e-6

/**
 * Mean cross-entropy, both classes weighing the same whatever their numbers: lower is better, ln 2 is a guess.
 *
 * @returns null when a class is missing
 */
export function balancedCrossEntropy(scores: readonly LabelledScore[]): number | null {
  const earthquakes = scores.filter(({ isEarthquake }) => isEarthquake)
  const noise = scores.filter(({ isEarthquake }) => !isEarthquake)
  if (earthquakes.length === 0 || noise.length === 0) return null
  return (meanSurprise(earthquakes) + meanSurprise(noise)) / 2
}

function meanSurprise(scores: readonly LabelledScore[]): number {
  const surprises = scores.map(
    ({ score, isEarthquake }) => -Math.log(Math.max(LEAST_PROBABILITY, isEarthquake ? score : 1 - score)),
  )
  return surprises.reduce((total, surprise) => total + surprise, 0) / scores.length
}
