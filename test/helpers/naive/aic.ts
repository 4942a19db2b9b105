/** The AIC of Maeda (1985) from its definition, O(n²): infinite where a side has fewer than two samples. */
export function naiveAic(samples: readonly number[]): number[] {
  const n = samples.length
  return samples.map((_, k) =>
    k < 2 || k > n - 2
      ? Number.POSITIVE_INFINITY
      : k * Math.log(variance(samples.slice(0, k))) + (n - k - 1) * Math.log(variance(samples.slice(k))),
  )
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
