/** Logits between the bins: half a unit each from −12 to 12, and one bin at each end for what lies beyond: 50 bins. */
export const SCORE_BIN_EDGES: readonly number[] = Array.from({ length: 49 }, (_, i) => -12 + i / 2)

export const SCORE_BINS = SCORE_BIN_EDGES.length + 1

const SCORE_EDGES = Float64Array.from(SCORE_BIN_EDGES, (logit) => 1 / (1 + Math.exp(-logit)))

/** Bin 0 is below the first edge, bin i from edge i − 1 up to edge i, the last one from the last edge on. */
export function scoreBinOf(score: number): number {
  let low = 0
  let high = SCORE_EDGES.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (score >= SCORE_EDGES[middle]!) low = middle + 1
    else high = middle
  }
  return low
}
