import { describe, expect, it } from 'vitest'
import { countsOf, metricRows, wilsonInterval } from '../../../../src/web/model/metric-interval.ts'

/** Of 20 earthquakes 18 found, of 30 windows of noise 3 called earthquakes. */
const METRICS = { windows: 50, accuracy: 45 / 50, precision: 18 / 21, recall: 0.9, falsePositiveRate: 0.1, auc: 0.95 }

describe("Wilson's interval", () => {
  it('agrees with tables', () => {
    const { low, high } = wilsonInterval(0.9, 10)
    expect(low).toBeCloseTo(0.596, 3)
    expect(high).toBeCloseTo(0.982, 3)
  })

  it('stays inside 0–1, and says nothing without trials', () => {
    expect(wilsonInterval(1, 20).high).toBe(1)
    expect(wilsonInterval(1, 20).low).toBeCloseTo(0.839, 3)
    expect(wilsonInterval(0, 20).low).toBe(0)
    expect(wilsonInterval(0.5, 0)).toEqual({ low: 0, high: 1 })
  })
})

describe('counts behind the shares of a card', () => {
  it('are found again', () => {
    const metrics = { ...METRICS, recall: 17 / 20, accuracy: 44 / 50 }
    expect(countsOf(metrics)).toEqual({ earthquakes: 20, noise: 30, found: 17, falseAlarms: 3 })
  })

  it('are those of the bundled model', () => {
    const test = {
      windows: 741,
      accuracy: 0.9730094466936572,
      precision: 0.995085995085995,
      recall: 0.9574468085106383,
      falsePositiveRate: 0.006289308176100629,
      auc: 0.9860237596086653,
    }
    const counts = countsOf(test)
    expect(counts).toEqual({ earthquakes: 423, noise: 318, found: 405, falseAlarms: 2 })
    expect(counts!.found / (counts!.found + counts!.falseAlarms)).toBeCloseTo(test.precision, 12)
  })

  it('are unknown where shares are missing, say the same or contradict each other', () => {
    expect(countsOf({ ...METRICS, recall: null })).toBeUndefined()
    expect(countsOf(METRICS)).toBeUndefined()
    expect(countsOf({ ...METRICS, accuracy: 0.2 })).toBeUndefined()
  })

  it('give intervals to shares whose base is known', () => {
    const rows = metricRows({ ...METRICS, recall: 17 / 20, accuracy: 44 / 50, precision: 17 / 20 })
    expect(rows.map(({ name, base }) => [name, base])).toEqual([
      ['Accuracy', 'of 50 windows'],
      ['Recall', 'of 20 with an earthquake'],
      ['Precision', 'of 20 called an earthquake'],
      ['False positives', 'of 30 of noise'],
      ['AUC', undefined],
    ])
  })
})
