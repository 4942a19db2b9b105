/** Of a distribution so little is known with fewer windows that its drift would be chance. */
export const FEWEST_WINDOWS = 500
/** Rule of thumb for the population stability index: below 0.1 nothing has moved, above 0.25 something has. */
export const NOTABLE_DRIFT = 0.25

/** Bins are joined until each has so large a part of the reference: a bin that is almost empty says nothing. */
const SMALLEST_SHARE = 0.05

/**
 * How far a distribution has moved from a reference: the population stability index Σ (p − q) ln(p / q) over neighbouring bins joined
 * so that each holds at least a twentieth of the reference. 0: not at all; the same whichever way it moved.
 *
 * @param reference windows per bin
 * @param current windows per bin, the same bins
 * @returns undefined when one of them has fewer than `FEWEST_WINDOWS`
 */
export function scoreDrift(reference: readonly number[], current: readonly number[]): number | undefined {
  const expected = sumOf(reference)
  const seen = sumOf(current)
  if (expected < FEWEST_WINDOWS || seen < FEWEST_WINDOWS) return undefined
  const groups = joinedBins(reference, SMALLEST_SHARE * expected)
  let index = 0
  for (const { from, to } of groups) {
    // Half a window more in each, so that an empty one has a logarithm.
    const q = (sumOf(reference.slice(from, to)) + 0.5) / (expected + 0.5 * groups.length)
    const p = (sumOf(current.slice(from, to)) + 0.5) / (seen + 0.5 * groups.length)
    index += (p - q) * Math.log(p / q)
  }
  return index
}

/** Neighbouring bins with at least so many windows together; what is left at the end goes to the last ones. */
function joinedBins(counts: readonly number[], least: number): { from: number; to: number }[] {
  const groups: { from: number; to: number }[] = []
  let from = 0
  let windows = 0
  counts.forEach((count, i) => {
    windows += count
    if (windows < least) return
    groups.push({ from, to: i + 1 })
    from = i + 1
    windows = 0
  })
  const last = groups.at(-1)
  if (last) last.to = counts.length
  return groups
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
