import { describe, expect, it } from 'vitest'
import { extremesPerColumn, meanAndPeak, steadyPeak } from '../../../../src/web/plot/extremes.ts'

function columns(values: readonly number[], count: number, from: number, perColumn: number): string {
  const out = { least: new Float32Array(count), largest: new Float32Array(count) }
  extremesPerColumn(Float32Array.from(values), out, from, perColumn)
  return [...out.least].map((least, i) => `${least}..${out.largest[i]}`).join(' ')
}

describe('the range of a trace on each column of pixels', () => {
  it('holds every value once', () => {
    expect(columns([3, 1, 4, 1, 5, 9], 3, 0, 2)).toBe('1..3 1..4 5..9')
    expect(columns([3, 1, 4, 1, 5, 9], 2, 0, 3)).toBe('1..4 1..9')
  })

  it('begins and ends between samples', () => {
    expect(columns([3, 1, 4, 1, 5, 9], 2, 0.5, 2.5)).toBe('1..4 1..9')
  })

  it('has nothing outside of the values and where none came', () => {
    expect(columns([1, Number.NaN, Number.NaN, 2], 4, -2, 2)).toBe('NaN..NaN 1..1 2..2 NaN..NaN')
  })
})

describe('the size of a trace', () => {
  it('is its largest deviation from the mean of what is there', () => {
    expect(meanAndPeak(Float32Array.from([1, Number.NaN, 3, 8]))).toEqual({ mean: 4, peak: 4 })
    expect(meanAndPeak(Float32Array.from([Number.NaN]))).toEqual({ mean: 0, peak: 0 })
  })

  it('changes in steps, never below what it has to hold', () => {
    for (const peak of [0.003, 1, 1.01, 777, 1e9]) {
      expect(steadyPeak(peak)).toBeGreaterThanOrEqual(peak * 0.999999)
      expect(steadyPeak(peak)).toBeLessThan(peak * 1.2)
    }
    expect(steadyPeak(1000)).toBe(steadyPeak(1010))
    expect(steadyPeak(0)).toBe(1)
  })
})
