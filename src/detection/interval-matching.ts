/** A stretch of time, both ends included; µs since 1970, null: not over. */
export interface Interval {
  readonly on: number
  readonly off: number | null
}

export interface IntervalMatch<A, B> {
  readonly pairs: readonly (readonly [A, B])[]
  /** Without a partner. */
  readonly onlyFirst: readonly A[]
  readonly onlySecond: readonly B[]
}

/**
 * Which intervals of two lists are the same: those that overlap, one to one, earliest first. So what is in the second list is what
 * is in the first, less `onlyFirst`, plus `onlySecond`.
 *
 * @param first by `on`
 * @param second by `on`
 */
export function matchIntervals<A extends Interval, B extends Interval>(
  first: readonly A[],
  second: readonly B[],
): IntervalMatch<A, B> {
  const pairs: (readonly [A, B])[] = []
  const onlyFirst: A[] = []
  const onlySecond: B[] = []
  let i = 0
  let j = 0
  while (i < first.length && j < second.length) {
    const [a, b] = [first[i]!, second[j]!]
    if (endOf(a) < b.on) {
      onlyFirst.push(a)
      i++
    } else if (endOf(b) < a.on) {
      onlySecond.push(b)
      j++
    } else {
      pairs.push([a, b])
      i++
      j++
    }
  }
  return { pairs, onlyFirst: [...onlyFirst, ...first.slice(i)], onlySecond: [...onlySecond, ...second.slice(j)] }
}

/**
 * Those of the first list that overlap any of the second.
 *
 * @param first by `on`
 * @param second by `on`, none of which reaches into another
 */
export function overlapping<A extends Interval>(first: readonly A[], second: readonly Interval[]): A[] {
  let j = 0
  return first.filter((a) => {
    while (j < second.length && endOf(second[j]!) < a.on) j++
    const next = second[j]
    return next !== undefined && next.on <= endOf(a)
  })
}

function endOf({ off }: Interval): number {
  return off ?? Number.POSITIVE_INFINITY
}
