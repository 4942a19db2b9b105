import { describe, expect, it } from 'vitest'
import { SCORE_TICKS, scorePlace } from '../../../../src/web/plot/score-axis.ts'
import { SPARK_SECONDS, sparkScale } from '../../../../src/web/plot/spark-scale.ts'
import { stationPanels } from '../../../../src/web/plot/station-panels.ts'
import { timeTicks } from '../../../../src/web/plot/time-ticks.ts'

describe('the axis of scores', () => {
  it('goes from 0 to 1, is symmetric in the logit and has room between thresholds near 1', () => {
    expect([scorePlace(0), scorePlace(1)]).toEqual([0, 1])
    expect(scorePlace(0.9) - scorePlace(0.5)).toBeCloseTo(scorePlace(0.5) - scorePlace(0.1))
    expect(scorePlace(0.98) - scorePlace(0.95)).toBeGreaterThan(0.05)
    const places = SCORE_TICKS.map(scorePlace)
    expect([...places].sort((a, b) => a - b)).toEqual(places)
  })
})

describe('the scale of a sparkline', () => {
  it('has whole seconds and whole pixels per column, and about ten minutes', () => {
    for (let width = 60; width < 2500; width += 7) {
      const { columns, pixels, seconds } = sparkScale(width)
      expect([Number.isInteger(pixels), Number.isInteger(seconds), columns * pixels <= width]).toEqual([true, true, true])
      expect(columns * seconds).toBeGreaterThan(SPARK_SECONDS * 0.6)
      expect(columns * seconds).toBeLessThan(930)
    }
    expect(sparkScale(0).columns).toBe(1)
  })
})

describe('the panels of a station', () => {
  it('lie below each other and fill the height, with and without a spectrogram', () => {
    for (const hasSpectrogram of [true, false]) {
      const { traces, spectrogram, score, axis } = stationPanels(600, hasSpectrogram)
      const all = [...traces, ...(spectrogram ? [spectrogram] : []), score, axis]
      for (const [i, { top, height }] of all.entries()) {
        expect(height).toBeGreaterThan(10)
        expect(top + height).toBeLessThanOrEqual((all[i + 1]?.top ?? 600) + 1)
      }
      expect(axis.top + axis.height).toBe(600)
    }
  })
})

describe('the axis of time', () => {
  it('has round times with room for their names', () => {
    const labels = (from: number, to: number, width: number) => timeTicks(from, to, width).map(({ label }) => label)
    expect(labels(0, 60, 400)).toEqual(['1970-01-01', '00:00:15', '00:00:30', '00:00:45', '00:01:00'])
    expect(labels(82_800, 90_000, 400)).toEqual(['23:00', '23:30', '1970-01-02', '00:30', '01:00'])
  })
})
