/** Where scores are cut off: beyond, a picture has nothing more to say. */
const LEAST = 0.001
const LARGEST = 0.9999

/**
 * Place of a score on an axis from 0 to 1 that is linear in the logit: thresholds lie at 0.95 and above, where a linear axis would put
 * everything onto one line.
 */
export function scorePlace(score: number): number {
  const cut = Math.min(LARGEST, Math.max(LEAST, score))
  return (logit(cut) - logit(LEAST)) / (logit(LARGEST) - logit(LEAST))
}

function logit(score: number): number {
  return Math.log(score / (1 - score))
}

/** Scores that are named on the axis. */
export const SCORE_TICKS: readonly number[] = [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
