const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

export interface TimeTick {
  /** Seconds since 1970. */
  readonly seconds: number
  /** UTC: `17:33:40`, `17:35`, at midnight the date. */
  readonly label: string
}

/**
 * Round times in [from, to], at most one per `pixelsPerLabel`.
 *
 * @param from seconds since 1970
 * @param to seconds since 1970
 * @param width of the axis in pixels
 */
export function timeTicks(from: number, to: number, width: number, pixelsPerLabel = 80): TimeTick[] {
  const perSecond = width / (to - from)
  const step = STEPS.find((seconds) => seconds * perSecond >= pixelsPerLabel) ?? 86_400
  const ticks: TimeTick[] = []
  for (let seconds = Math.ceil(from / step) * step; seconds <= to; seconds += step)
    ticks.push({ seconds, label: labelOf(seconds, step) })
  return ticks
}

function labelOf(seconds: number, step: number): string {
  const text = new Date(seconds * 1000).toISOString()
  if (seconds % 86_400 === 0) return text.slice(0, 10)
  return step < 60 ? text.slice(11, 19) : text.slice(11, 16)
}
