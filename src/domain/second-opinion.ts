/** A second model is asked where the first says at least this: below lie most windows of noise, and few earthquakes that it would save. */
export const ASKED_FROM = 0.1

/** Half a step of single precision below 1: a network that is certain is not believed without end. */
const LEAST_DOUBT = 2 ** -24

/**
 * The score of two models that looked at the same window, each at its own rate: the geometric mean of their odds, which is the mean
 * of their logits.
 *
 * @param first 0–1
 * @param second 0–1
 * @returns 0–1, in single precision as all scores
 */
export function withSecondOpinion(first: number, second: number): number {
  const a = doubted(first)
  const b = doubted(second)
  // A square root is rounded correctly on every machine; logarithms are not.
  const earthquake = Math.sqrt(a * b)
  const noise = Math.sqrt((1 - a) * (1 - b))
  return Math.fround(earthquake / (earthquake + noise))
}

function doubted(score: number): number {
  return Math.min(1 - LEAST_DOUBT, Math.max(LEAST_DOUBT, score))
}
