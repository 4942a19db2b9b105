/**
 * Thresholds that a slider can be put at, rising: finer the nearer to 1, where a hundredth decides between ten alarms a day and one.
 * From 0.2, below which no trigger is useful, to 0.9999.
 */
export const THRESHOLDS: readonly number[] = [
  ...steps(20, 90, 100),
  ...steps(900, 980, 1000, 2),
  ...steps(980, 990, 1000),
  ...steps(9900, 9990, 10_000, 2),
  ...steps(9990, 9999, 10_000),
  0.9999,
]

/** Place in the list of the threshold that is nearest. */
export function nearestThreshold(value: number): number {
  let best = 0
  for (const [index, each] of THRESHOLDS.entries()) if (Math.abs(each - value) < Math.abs(THRESHOLDS[best]! - value)) best = index
  return best
}

/** The nearest step below; for an off threshold that has to stay under the one that opens. */
export function stepBelow(value: number): number {
  return THRESHOLDS.findLast((each) => each < value - 1e-12) ?? value / 2
}

/** The nearest step above. */
export function stepAbove(value: number): number {
  return THRESHOLDS.find((each) => each > value + 1e-12) ?? (1 + value) / 2
}

function steps(from: number, to: number, per: number, by = 1): number[] {
  return Array.from({ length: Math.round((to - from) / by) }, (_, i) => (from + i * by) / per)
}
