/** Seconds of data time that can be seen at once. */
export const SPANS: readonly number[] = [30, 60, 120, 300, 600, 1800, 3600]
export const SHORTEST_SPAN = 30
export const LONGEST_SPAN = 3600

/** The part of time that is shown. */
export interface TimeView {
  readonly span: number
  /** Right edge, seconds since 1970; undefined: the newest data, and it moves with them. */
  readonly end: number | undefined
}

/**
 * @param factor above 1 shows more
 * @param anchor place that stays where it is, 0 (left) to 1 (right); the live edge always stays
 * @param liveEnd newest data, seconds since 1970
 */
export function zoomed({ span, end }: TimeView, factor: number, anchor: number, liveEnd: number): TimeView {
  const newSpan = Math.min(LONGEST_SPAN, Math.max(SHORTEST_SPAN, span * factor))
  if (end === undefined) return { span: newSpan, end }
  return { span: newSpan, end: Math.min(liveEnd, end - (span - newSpan) * (1 - anchor)) }
}

/** The next of the usual spans. @param direction 1: more time, −1: less */
export function nextSpan(span: number, direction: 1 | -1): number {
  const larger = SPANS.find((each) => each > span * 1.01) ?? LONGEST_SPAN
  const smaller = SPANS.findLast((each) => each < span * 0.99) ?? SHORTEST_SPAN
  return direction === 1 ? larger : smaller
}

/**
 * Leaves the live edge; whoever goes beyond it follows it again.
 *
 * @param seconds to later times
 */
export function panned({ span, end }: TimeView, seconds: number, liveEnd: number): TimeView {
  const moved = (end ?? liveEnd) + seconds
  return { span, end: moved >= liveEnd ? undefined : moved }
}

/** Stands still where it is. */
export function paused({ span, end }: TimeView, liveEnd: number): TimeView {
  return { span, end: end ?? liveEnd }
}

/** Shows a moment at a third of the width. */
export function around(seconds: number, span: number, liveEnd: number): TimeView {
  return panned({ span, end: seconds + (span * 2) / 3 }, 0, liveEnd)
}
