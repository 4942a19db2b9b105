/**
 * Recursive STA/LTA from its definition: the band-pass as a convolution with the exact impulse response is left to the caller, who
 * hands in what it gives; means are written out as sums over all earlier samples.
 *
 * @param energies of each sample
 * @param short, long in samples
 */
export function naiveStaLta(energies: readonly number[], short: number, long: number): number[] {
  return energies.map((_, now) => {
    if (now + 1 <= long) return 0
    return exponentialMean(energies, now, short) / exponentialMean(energies, now, long)
  })
}

/** Σ x[i] · (1/n) · (1 − 1/n)^(now − i). */
function exponentialMean(values: readonly number[], now: number, n: number): number {
  let sum = 0
  for (let i = 0; i <= now; i++) sum += ((values[i] as number) / n) * (1 - 1 / n) ** (now - i)
  return sum
}
