import { describe, expect, it } from 'vitest'
import { nearestThreshold, stepAbove, stepBelow, THRESHOLDS } from '../../../../src/web/what-if/thresholds.ts'

describe('thresholds of a slider', () => {
  it('rise, each once, and are what a person would write', () => {
    expect(THRESHOLDS[0]).toBe(0.2)
    expect(THRESHOLDS.at(-1)).toBe(0.9999)
    for (const [i, value] of THRESHOLDS.entries()) {
      if (i > 0) expect(value).toBeGreaterThan(THRESHOLDS[i - 1]!)
      expect(String(value).length).toBeLessThanOrEqual(6)
    }
    expect(THRESHOLDS).toEqual(expect.arrayContaining([0.5, 0.9, 0.95, 0.98, 0.99, 0.999]))
  })

  it('knows the nearest, and the steps around a value', () => {
    expect(THRESHOLDS[nearestThreshold(0.5004)]).toBe(0.5)
    expect(THRESHOLDS[nearestThreshold(1)]).toBe(0.9999)
    expect(stepBelow(0.5)).toBe(0.49)
    expect(stepAbove(0.5)).toBe(0.51)
    expect(stepBelow(0.2)).toBe(0.1)
    expect(stepAbove(0.9999)).toBeGreaterThan(0.9999)
    expect(stepAbove(0.9999)).toBeLessThan(1)
  })
})
