import { describe, expect, it } from 'vitest'
import { SCORE_BIN_EDGES as CONTRACT_EDGES } from '../../../../src/contract/score-distribution.ts'
import { histogramSeries } from '../../../../src/web/charts/histogram-series.ts'
import { decadeScale, placeOf, type Scale, scaleFromZero, scaleTicks, valueAt } from '../../../../src/web/charts/scale.ts'
import { SCORE_BIN_EDGES } from '../../../../src/web/charts/score-bins.ts'
import { areaOf, pathOf, valueNear } from '../../../../src/web/charts/series.ts'

const SCALES: readonly Scale[] = [
  { kind: 'linear', from: -2, to: 6 },
  { kind: 'log', from: 0.01, to: 100 },
  { kind: 'logit', from: 0.3, to: 0.9999 },
]
const BOX = { left: 10, top: 0, width: 100, height: 50 }

describe('scales of charts', () => {
  it.each(SCALES)('lead from a value to its place and back: $kind', (scale) => {
    expect(placeOf(scale, scale.from)).toBeCloseTo(0)
    expect(placeOf(scale, scale.to)).toBeCloseTo(1)
    for (const place of [0, 0.1, 0.5, 0.9, 1]) expect(placeOf(scale, valueAt(scale, place))).toBeCloseTo(place)
  })

  it.each(SCALES)('have round ticks inside: $kind', (scale) => {
    const ticks = scaleTicks(scale, 6)
    expect(ticks.length).toBeGreaterThan(2)
    for (const { value } of ticks) expect(value).toBeGreaterThanOrEqual(scale.from)
    for (const { value } of ticks) expect(value).toBeLessThanOrEqual(scale.to)
  })

  it('reach what there is', () => {
    expect(scaleFromZero([1, 20]).to).toBeGreaterThan(20)
    expect(scaleFromZero([]).to).toBe(1)
    expect(decadeScale([0, 0.03, 700])).toEqual({ kind: 'log', from: 0.01, to: 1000 })
    expect(decadeScale([1])).toEqual({ kind: 'log', from: 0.1, to: 1 })
    expect(decadeScale([0])).toEqual({ kind: 'log', from: 0.1, to: 1 })
  })
})

describe('series of charts', () => {
  const x: Scale = { kind: 'linear', from: 0, to: 10 }
  const y: Scale = { kind: 'linear', from: 0, to: 5 }

  it('are drawn from left to right, y upwards, with gaps where nothing is known', () => {
    const points = [
      [0, 0],
      [5, 5],
      [6, null],
      [10, 2.5],
    ] as const
    expect(pathOf({ kind: 'line', points }, x, y, BOX)).toBe('M10.0 50.0L60.0 0.0M110.0 25.0')
  })

  it('hold their value when they are steps', () => {
    const points = [
      [0, 5],
      [5, 0],
      [10, 0],
    ] as const
    expect(pathOf({ kind: 'steps', points }, x, y, BOX)).toBe('M10.0 0.0L60.0 0.0L60.0 50.0L110.0 50.0L110.0 50.0')
    expect(areaOf({ kind: 'steps', points }, x, y, BOX)).toMatch(/L110\.0 50\.0L10\.0 50\.0Z$/)
    expect(valueNear({ kind: 'steps', points }, 4.9)).toBe(5)
    expect(valueNear({ kind: 'line', points }, 4.9)).toBe(0)
    expect(valueNear({ kind: 'steps', points }, -1)).toBeNull()
  })

  it('show a histogram of logits as shares over the bins of the contract', () => {
    expect(SCORE_BIN_EDGES).toEqual(CONTRACT_EDGES)
    const counts = Array.from({ length: 50 }, (_, i) => (i === 25 ? 30 : i === 0 ? 10 : 0))
    const { points } = histogramSeries(counts, { name: 'now', colour: '--z' })
    expect(points).toHaveLength(51)
    expect(points[0]).toEqual([-12.5, 0.25])
    // Bin 25 is [edges[24], edges[25]): from a logit of 0 on.
    expect(points[25]).toEqual([0, 0.75])
  })
})
