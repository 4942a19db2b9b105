import { probabilityOf } from '../../domain/calibration.ts'
import { SCORE_BIN_EDGES } from './score-bins.ts'
import type { Series } from './series.ts'

/** Windows per bin of half a logit as shares, as steps over the logit; the open bins at the ends are shown as wide as the others. */
export function histogramSeries(
  counts: readonly number[],
  look: Pick<Series, 'name' | 'colour'> & { readonly isDashed?: boolean; readonly isFilled?: boolean },
): Series {
  const all = counts.reduce((sum, each) => sum + each, 0)
  const first = SCORE_BIN_EDGES[0]! - BIN_WIDTH
  const points = counts.map((each, i) => [first + i * BIN_WIDTH, all === 0 ? 0 : each / all] as const)
  return { ...look, kind: 'steps', points: [...points, [first + counts.length * BIN_WIDTH, points.at(-1)?.[1] ?? 0] as const] }
}

/** Shares that an axis of decades has to reach. */
export function sharesOf(series: readonly Series[]): number[] {
  return series.flatMap(({ points }) => points.map(([, share]) => share ?? 0))
}

/** A logit as the score that it is. */
export function scoreOfLogit(logit: number): string {
  const score = probabilityOf(logit)
  return score > 0.5 ? String(Number(score.toPrecision(5))) : String(Number(score.toPrecision(2)))
}

const BIN_WIDTH = 0.5
