import { calibratedScore, logitOf } from '../domain/calibration.ts'
import type { LabelledScore } from './metrics.ts'

/** How well scores are probabilities. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly windows: number
  readonly meanScore: number | null
  /** Of its windows, those that hold an earthquake. */
  readonly earthquakeShare: number | null
}

export interface Reliability {
  /** Mean −log of the probability given to the truth. */
  readonly negativeLogLikelihood: number | null
  /** Mean distance of the bins from the diagonal, weighted by their windows. */
  readonly expectedCalibrationError: number | null
  readonly bins: readonly ReliabilityBin[]
}

const BINS = 10
/** Where the temperature is looked for, as its logarithm. */
const LOG_RANGE = [Math.log(0.05), Math.log(20)] as const
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The temperature that makes the scores most likely to be right (least negative log-likelihood); 1 leaves them as they are, more
 * makes them humbler.
 *
 * @returns undefined when a class is missing or nothing is called wrong: then no certainty would be too much
 */
export function fitTemperature(scores: readonly LabelledScore[]): number | undefined {
  const logits = scores.map(({ score, isEarthquake }) => ({ logit: logitOf(score), isEarthquake }))
  if (!logits.some(({ isEarthquake }) => isEarthquake) || logits.every(({ isEarthquake }) => isEarthquake)) return undefined
  const loss = (logTemperature: number) => {
    const scale = Math.exp(-logTemperature)
    let sum = 0
    for (const { logit, isEarthquake } of logits) sum += softplus((isEarthquake ? -logit : logit) * scale)
    return sum
  }
  // The loss has one minimum in 1 / T: golden-section search.
  let [low, high]: [number, number] = [...LOG_RANGE]
  while (high - low > 1e-6) {
    const left = high - GOLDEN * (high - low)
    const right = low + GOLDEN * (high - low)
    if (loss(left) < loss(right)) high = right
    else low = left
  }
  return low === LOG_RANGE[0] ? undefined : Math.exp((low + high) / 2)
}

/** @param temperature that scores are divided by in logits; 1 for the raw ones */
export function reliability(scores: readonly LabelledScore[], temperature = 1): Reliability {
  const bins = Array.from({ length: BINS }, () => ({ windows: 0, score: 0, earthquakes: 0 }))
  let surprise = 0
  for (const { score, isEarthquake } of scores) {
    const probability = temperature === 1 ? score : calibratedScore(score, temperature)
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))]!
    bin.windows++
    bin.score += probability
    if (isEarthquake) bin.earthquakes++
    const logit = logitOf(score) / temperature
    surprise += softplus(isEarthquake ? -logit : logit)
  }
  const count = scores.length
  const error = bins.reduce((sum, { score, earthquakes }) => sum + Math.abs(score - earthquakes), 0)
  return {
    negativeLogLikelihood: count === 0 ? null : surprise / count,
    expectedCalibrationError: count === 0 ? null : error / count,
    bins: bins.map(({ windows, score, earthquakes }, index) => ({
      from: index / BINS,
      to: (index + 1) / BINS,
      windows,
      meanScore: windows === 0 ? null : score / windows,
      earthquakeShare: windows === 0 ? null : earthquakes / windows,
    })),
  }
}

/** log(1 + e^x), without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}
