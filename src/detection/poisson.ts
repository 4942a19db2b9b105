/** Exact two-sided interval of a rate from a count (Garwood 1936). */
export interface RateInterval {
  readonly low: number
  readonly high: number
}

const TAIL = 0.025

/**
 * What rates are compatible with a count, 95 %.
 *
 * @param count events seen
 * @param exposure for how long, in the unit of the rate
 */
export function poissonInterval(count: number, exposure: number): RateInterval {
  return {
    low: count === 0 ? 0 : solve((mean) => 1 - cumulative(count - 1, mean) - TAIL, count) / exposure,
    high: solve((mean) => TAIL - cumulative(count, mean), count) / exposure,
  }
}

/** P(X ≤ count) for a mean, summed from the largest term outwards in logarithms. */
function cumulative(count: number, mean: number): number {
  if (mean === 0) return 1
  let logTerm = -mean
  let sum = Math.exp(logTerm)
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log(mean / k)
    sum += Math.exp(logTerm)
  }
  return Math.min(1, sum)
}

/** Zero of a rising function of the mean, by bisection. */
function solve(rising: (mean: number) => number, count: number): number {
  let low = 0
  let high = count + 10 * Math.sqrt(count + 1) + 10
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (rising(middle) > 0) high = middle
    else low = middle
  }
  return (low + high) / 2
}
