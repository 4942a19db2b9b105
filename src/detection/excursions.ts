import { MICROS_PER_SECOND, type Micros } from '../domain/time.ts'
import type { WindowArrival } from '../domain/window.ts'

/** Scores without a hole: score i belongs to the window that ends at endTime + i · stride. */
export interface ScoreSpan {
  readonly endTime: Micros
  readonly strideSeconds: number
  readonly scores: ArrayLike<number>
  /** Of its windows, by time; others are passed over. */
  readonly arrivals?: readonly WindowArrival[]
}

/**
 * Consecutive windows of one instrument at or above a floor. Between two excursions a trigger whose off threshold is not below the
 * floor starts nothing, but a detection may be waiting to be extended: how many quiet windows it has seen decides. A station's day is
 * a few dozen excursions.
 */
export interface Excursion {
  /** Of the first window. */
  readonly endTime: Micros
  readonly strideSeconds: number
  readonly scores: Float32Array
  /** In windows of it, by time. */
  readonly arrivals: readonly WindowArrival[]
  /** The largest score. */
  readonly peak: number
  /** Windows below the floor behind it. */
  readonly quietWindows: number
  /** What comes behind those: the next excursion, a gap, or what is not known yet. */
  readonly then: 'excursion' | 'gap' | 'unknown'
}

/**
 * What can matter to a trigger with `off` ≥ floor.
 *
 * @param spans of one instrument, by time; between two of them there is a gap
 */
export function excursionsOf(spans: readonly ScoreSpan[], floor: number): Excursion[] {
  return spans.flatMap((span, index) => {
    const atEnd = index === spans.length - 1 ? 'unknown' : 'gap'
    return withArrivals(excursionsOfSpan(span, floor, atEnd), span.arrivals ?? [])
  })
}

function excursionsOfSpan(span: ScoreSpan, floor: number, atEnd: Excursion['then']): Excursion[] {
  const excursions: Excursion[] = []
  const { scores } = span
  let first = nextWindow(scores, 0, floor, true)
  while (first < scores.length) {
    const end = nextWindow(scores, first, floor, false)
    const next = nextWindow(scores, end, floor, true)
    excursions.push(excursion(span, first, end, next - end, next < scores.length ? 'excursion' : atEnd))
    first = next
  }
  return excursions
}

/** Both by time, so that one walk through them is enough. */
function withArrivals(excursions: readonly Excursion[], arrivals: readonly WindowArrival[]): Excursion[] {
  let next = 0
  return excursions.map((excursion) => {
    const { endTime, strideSeconds, scores } = excursion
    const lastEnd = endTime + Math.round((scores.length - 1) * strideSeconds * MICROS_PER_SECOND)
    while (next < arrivals.length && arrivals[next]!.windowEnd < endTime) next++
    const first = next
    while (next < arrivals.length && arrivals[next]!.windowEnd <= lastEnd) next++
    return { ...excursion, arrivals: arrivals.slice(first, next) }
  })
}

/** The first from `start` on that is not below the floor, or that is; the end when there is none. */
function nextWindow(scores: ArrayLike<number>, start: number, floor: number, isUp: boolean): number {
  let i = start
  while (i < scores.length && scores[i]! >= floor !== isUp) i++
  return i
}

function excursion(
  { endTime, strideSeconds, scores }: ScoreSpan,
  first: number,
  end: number,
  quietWindows: number,
  then: Excursion['then'],
): Excursion {
  const own = new Float32Array(end - first)
  let peak = 0
  for (let i = first; i < end; i++) {
    own[i - first] = scores[i]!
    peak = Math.max(peak, scores[i]!)
  }
  const startTime = endTime + Math.round(first * strideSeconds * MICROS_PER_SECOND)
  return { endTime: startTime, strideSeconds, scores: own, arrivals: [], peak, quietWindows, then }
}
