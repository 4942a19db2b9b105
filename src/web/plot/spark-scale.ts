/** Seconds that a sparkline shows, more or less: a whole number of seconds or pixels per column keeps the picture from flickering. */
export const SPARK_SECONDS = 600

export interface SparkScale {
  /** Columns of the drawing. */
  readonly columns: number
  /** Width of a column, whole pixels. */
  readonly pixels: number
  /** Whole seconds on a column. */
  readonly seconds: number
}

/** @param width CSS pixels */
export function sparkScale(width: number): SparkScale {
  const pixels = Math.max(1, Math.round(width / SPARK_SECONDS))
  const seconds = Math.max(1, Math.round((SPARK_SECONDS * pixels) / Math.max(1, width)))
  return { columns: Math.max(1, Math.floor(width / pixels)), pixels, seconds }
}
