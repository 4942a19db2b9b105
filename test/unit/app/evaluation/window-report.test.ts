import { describe, expect, it } from 'vitest'
import { summarise } from '../../../../src/app/evaluate.ts'
import type { ScoredProtocolWindow } from '../../../../src/app/evaluation/score-traces.ts'
import { precisionRecallCurve, rocCurve, windowReport } from '../../../../src/app/evaluation/window-report.ts'
import { WorstWindows } from '../../../../src/app/evaluation/worst-windows.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

describe('curves', () => {
  const scores = [
    { score: 0.9, isEarthquake: true },
    { score: 0.8, isEarthquake: false },
    { score: 0.8, isEarthquake: true },
    { score: 0.1, isEarthquake: false },
  ]

  it('steps once per score: false-positive rate and recall', () => {
    expect(rocCurve(scores)).toEqual([
      [0, 0],
      [0, 0.5],
      [0.5, 1],
      [1, 1],
    ])
  })

  it('gives precision at each recall, and nothing without both classes', () => {
    expect(precisionRecallCurve(scores)).toEqual([
      [0, 1],
      [0.5, 1],
      [1, 2 / 3],
      [1, 0.5],
    ])
    expect(rocCurve(scores.filter(({ isEarthquake }) => isEarthquake))).toEqual([])
  })
})

describe('WorstWindows', () => {
  it('keeps the worst mistakes of either kind, worst first, and makes inputs only for those', () => {
    const worst = new WorstWindows(0.5, 2)
    let made = 0
    for (const [score, isEarthquake] of [
      [0.6, false],
      [0.9, false],
      [0.7, false],
      [0.2, false],
      [0.4, true],
      [0.9, true],
    ] as const)
      worst.add(window(score, isEarthquake), () => {
        made++
        return new Float32Array(3)
      })
    expect(worst.falsePositives.map(({ score }) => score)).toEqual([0.9, 0.7])
    expect(worst.falseNegatives.map(({ score }) => score)).toEqual([0.4])
    expect(made).toBe(4)
  })
})

describe('windowReport', () => {
  it('shows what was measured, draws the mistakes and lets no name break the page', () => {
    const windows = [window(0.9, true), window(0.8, false, '<img src=x onerror=alert(1)>'), window(0.3, true), window(0.1, false)]
    const worst = new WorstWindows(0.5)
    for (const one of windows) worst.add(one, () => new Float32Array(501 * 3).fill(0.5))
    const html = windowReport({ evaluation: summarise(windows, 0.5), windows, worst, temperature: 0.7, sampleRate: 20 })
    expect(html).toContain('<td>accuracy</td><td class="n">50.00 %</td>')
    expect(html).toContain('<td>earthquake</td><td class="n">1</td><td class="n">1</td>')
    expect(html).not.toContain('<img')
    expect(html).not.toContain('NaN')
    expect(html.match(/<polyline/g)?.length).toBeGreaterThanOrEqual(2 * 3 + 3)
    expect(html).toContain('calibrated')
  })
})

function window(score: number, isEarthquake: boolean, dataset = 'made'): ScoredProtocolWindow {
  const { label } = gridTrace({ rows: 10, dataset, ...(isEarthquake && { pRow: 5 }) })
  return { score, isEarthquake, label: { ...label, snrDb: 10, group: `${score}` }, firstIndex: 1000 }
}
