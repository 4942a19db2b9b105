import { MOST_ONSET_RATIO, type OnsetSpec, WEIGHED_FROM } from '../domain/onset-spec.ts'
import { MICROS_PER_SECOND } from '../domain/time.ts'
import { LEAST_ARRIVAL_RATIO, ONSET_FLOOR, type ScoredWindow } from '../domain/window.ts'
import { createOnsetMeter, type OnsetMeter, type OnsetMeterOptions } from './onset-meter.ts'

/** The largest single below 1: nothing is certain, and the logit stays finite. */
const MOST_SCORE = 1 - 2 ** -24

/**
 * The score of a window whose clearest onset has this power ratio: its odds are multiplied by ratio / `neutralRatio`, the ratio taken
 * between 2 and 100, as if the onset were evidence of its own (Bayes' rule, the ratio for the likelihoods'). A score below `WEIGHED_FROM`
 * stays what it is, none from above falls below it.
 *
 * @param score 0–1
 * @returns 0–1, in single precision as all scores
 */
export function weighByOnset(score: number, powerRatio: number, { neutralRatio }: OnsetSpec): number {
  if (score < WEIGHED_FROM) return score
  const weighed = (score * Math.min(MOST_ONSET_RATIO, Math.max(LEAST_ARRIVAL_RATIO, powerRatio))) / neutralRatio
  return Math.min(MOST_SCORE, Math.fround(Math.max(WEIGHED_FROM, weighed / (1 - score + weighed))))
}

/**
 * The same window, with its onset: the score weighed by it, and the arrival in its newest rows. Most windows are noise to the network and
 * are not looked at.
 *
 * @param spec absent: the score stays the network's
 */
export function withOnset(
  scored: ScoredWindow,
  measure: OnsetMeter,
  spec: OnsetSpec | undefined,
  gridRate: number,
): ScoredWindow {
  if (scored.score < (spec ? WEIGHED_FROM : ONSET_FLOOR)) return scored
  const { samples, startTime } = scored.window
  const { largestRatio, arrival } = measure(samples)
  const score = spec ? weighByOnset(scored.score, largestRatio, spec) : scored.score
  if (!arrival || score < ONSET_FLOOR) return spec ? { ...scored, score } : scored
  const time = startTime + Math.round((arrival.row * MICROS_PER_SECOND) / gridRate)
  return { ...scored, score, arrival: { time, powerRatio: arrival.powerRatio } }
}

/** What turns the network's score of a window, in source units, into the model's. */
export type OnsetWeight = (score: number, window: Float64Array) => number

/** @param spec absent: the score stays the network's */
export function createOnsetWeight(spec: OnsetSpec | undefined, shape: Omit<OnsetMeterOptions, 'stride'>): OnsetWeight {
  if (!spec) return (score) => score
  const measure = createOnsetMeter({ ...shape, stride: 1 })
  return (score, window) => (score < WEIGHED_FROM ? score : weighByOnset(score, measure(window).largestRatio, spec))
}
