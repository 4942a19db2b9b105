/**
 * Least squares on [sin, cos] at the frequency of a sine of amplitude 1 that went in: its own phase does not matter.
 *
 * @param samples what came out
 * @param secondsOf time of each sample
 * @returns amplitude of the sine itself, of everything else, and of everything
 */
export function fitSine(
  samples: ArrayLike<number>,
  secondsOf: (index: number) => number,
  frequency: number,
): { amplitude: number; residual: number; total: number } {
  const basis = Array.from(samples, (_, i) => {
    const angle = 2 * Math.PI * frequency * secondsOf(i)
    return [Math.sin(angle), Math.cos(angle)] as const
  })
  let [ss, sc, cc, sy, cy, yy] = [0, 0, 0, 0, 0, 0]
  for (const [i, [s, c]] of basis.entries()) {
    const y = samples[i]!
    ss += s * s
    sc += s * c
    cc += c * c
    sy += s * y
    cy += c * y
    yy += y * y
  }
  const determinant = ss * cc - sc * sc
  const a = (sy * cc - cy * sc) / determinant
  const b = (cy * ss - sy * sc) / determinant
  let rest = 0
  for (const [i, [s, c]] of basis.entries()) rest += (samples[i]! - a * s - b * c) ** 2
  const n = samples.length
  return { amplitude: Math.hypot(a, b), residual: Math.sqrt((2 * rest) / n), total: Math.sqrt((2 * yy) / n) }
}

export function decibels(ratio: number): number {
  return 20 * Math.log10(ratio)
}
