/** Least and largest value per column of pixels; NaN where a column has none. */
export interface Extremes {
  readonly least: Float32Array
  readonly largest: Float32Array
}

/**
 * What a dense trace looks like: the range of the values that fall on each column of pixels.
 *
 * @param values sampled evenly, NaN where there is none
 * @param out one entry per column; overwritten
 * @param from place of the left edge, in samples; may be a fraction, and outside
 * @param perColumn samples on one column, at least 1
 */
export function extremesPerColumn(values: Float32Array, { least, largest }: Extremes, from: number, perColumn: number): void {
  for (let column = 0; column < least.length; column++) {
    const first = Math.max(0, Math.ceil(from + column * perColumn))
    const after = Math.min(values.length, Math.ceil(from + (column + 1) * perColumn))
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let i = first; i < after; i++) {
      const value = values[i] as number
      // Comparisons with NaN are false: what never came changes nothing.
      if (value < low) low = value
      if (value > high) high = value
    }
    least[column] = low <= high ? low : Number.NaN
    largest[column] = low <= high ? high : Number.NaN
  }
}

/** Mean of the values that are there and the largest deviation from it; both 0 when none is. */
export function meanAndPeak(values: Float32Array): { mean: number; peak: number } {
  let sum = 0
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  if (count === 0) return { mean: 0, peak: 0 }
  const mean = sum / count
  let peak = 0
  for (let i = 0; i < values.length; i++) peak = Math.max(peak, Math.abs((values[i] as number) - mean) || 0)
  return { mean, peak }
}

/** A peak rounded up to a step of a quarter of an octave, so that a picture does not breathe with every sample. */
export function steadyPeak(peak: number): number {
  return peak > 0 ? 2 ** (Math.ceil(Math.log2(peak) * 4) / 4) : 1
}
