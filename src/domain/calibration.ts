/** Beyond this a float32 score has no digits left. */
const LEAST = 1e-7

/** log(p / (1 − p)), finite for scores of 0 and 1, too. */
export function logitOf(score: number): number {
  const inside = Math.min(1 - LEAST, Math.max(LEAST, score))
  return Math.log(inside / (1 - inside))
}

/** 1 / (1 + e^−x). */
export function probabilityOf(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}

/**
 * A score as a probability: its logit divided by the model's temperature (Guo et al. 2017). It keeps the order of scores, so a
 * threshold on the one is a threshold on the other.
 */
export function calibratedScore(score: number, temperature: number): number {
  return probabilityOf(logitOf(score) / temperature)
}
