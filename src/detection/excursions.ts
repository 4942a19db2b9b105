import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { ScoreSpan } from './threshold-proposal.ts'

/**
 * Consecutive windows of one instrument at or above a floor. Between two excursions a trigger whose off threshold is not below the
 * floor is at rest and armed: all that it does, it does inside them. A station's day is a few dozen excursions.
 */
export interface Excursion {
  /** Of the first window. */
  readonly endTime: Micros
  readonly strideSeconds: number
  readonly scores: Float32Array
  /** The largest score. */
  readonly peak: number
  /** What comes behind it: a window below the floor, a gap, or what is not known yet. */
  readonly then: 'quiet' | 'gap' | 'unknown'
}

/**
 * What can matter to a trigger with `off` ≥ floor.
 *
 * @param spans of one instrument, by time; between two of them there is a gap
 */
export function excursionsOf(spans: readonly ScoreSpan[], floor: number): Excursion[] {
  return spans.flatMap((span, index) => {
    const excursions: Excursion[] = []
    const { scores } = span
    const atEnd = index === spans.length - 1 ? 'unknown' : 'gap'
    let first = -1
    for (let i = 0; i <= scores.length; i++) {
      const isUp = i < scores.length && scores[i]! >= floor
      if (isUp && first < 0) first = i
      if (isUp || first < 0) continue
      excursions.push(excursion(span, first, i, i < scores.length ? 'quiet' : atEnd))
      first = -1
    }
    return excursions
  })
}

function excursion(
  { endTime, strideSeconds, scores }: ScoreSpan,
  first: number,
  end: number,
  then: Excursion['then'],
): Excursion {
  const own = new Float32Array(end - first)
  let peak = 0
  for (let i = first; i < end; i++) {
    own[i - first] = scores[i]!
    peak = Math.max(peak, scores[i]!)
  }
  return { endTime: endTime + Math.round(first * strideSeconds * MICROS_PER_SECOND), strideSeconds, scores: own, peak, then }
}
