/** A run of samples whose relevance is drawn in one colour. */
export interface Strip {
  /** First sample and how many. */
  readonly from: number
  readonly count: number
  /** −STRIP_LEVELS to STRIP_LEVELS without 0: against an earthquake, for one. */
  readonly level: number
}

/** Steps of colour on either side of zero. */
export const STRIP_LEVELS = 5

/**
 * Relevance of one component as strips of few colours, by its square root: a few samples hold so much that all others would be
 * pale. What rounds to nothing is left out.
 *
 * @param peak where the scale ends: the largest |relevance| of all components
 */
export function relevanceStrips(values: readonly number[], peak: number): Strip[] {
  const strips: Strip[] = []
  let from = 0
  for (let i = 1; i <= values.length; i++) {
    const level = levelOf(values[from] as number, peak)
    if (i < values.length && levelOf(values[i] as number, peak) === level) continue
    if (level !== 0) strips.push({ from, count: i - from, level })
    from = i
  }
  return strips
}

function levelOf(value: number, peak: number): number {
  return peak > 0 ? Math.sign(value) * Math.round(Math.sqrt(Math.abs(value) / peak) * STRIP_LEVELS) || 0 : 0
}
