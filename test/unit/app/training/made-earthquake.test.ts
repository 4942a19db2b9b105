import { describe, expect, it } from 'vitest'
import { fillMadeEarthquake } from '../../../../src/app/training/made-earthquake.ts'
import type { Ground } from '../../../../src/app/training/noise-sources.ts'
import { Random } from '../../../../src/nn/random.ts'

const RATE = 20
const ROWS = 501
const LATEST_P = ROWS - 3 * RATE
/** Gives every push back, the same on all components. */
const HARD_GROUND: Ground = {
  fillSteady: (window) => window.fill(0),
  answer: () => new Float64Array([1, 1, 1]),
}

describe('fillMadeEarthquake', () => {
  it('is silent until P, which lies anywhere up to the latest row', () => {
    const onsets = Array.from({ length: 300 }, (_, seed) => firstRow(made(seed)))
    expect(Math.min(...onsets)).toBeLessThan(20)
    expect(Math.max(...onsets)).toBeLessThanOrEqual(LATEST_P)
    expect(Math.max(...onsets)).toBeGreaterThan(LATEST_P - 20)
  })

  it('overwrites what was in the window', () => {
    const window = new Float64Array(ROWS * 3).fill(1e9)
    fillMadeEarthquake(window, LATEST_P, RATE, new Random(4), HARD_GROUND)
    expect(window).toEqual(made(4))
  })

  it('has P steeper than S: the vertical leads where the window begins to move, the horizontals where it is loudest', () => {
    const windows = Array.from({ length: 300 }, (_, seed) => made(seed)).filter(
      (window) => loudestRow(window) > firstRow(window) + 60,
    )
    const isVertical = (window: Float64Array, row: number) => Math.abs(window[row * 3]!) > Math.abs(window[row * 3 + 1]!)
    const atP = windows.filter((window) => isVertical(window, firstRow(window)))
    const atS = windows.filter((window) => isVertical(window, loudestRow(window)))
    expect(windows.length).toBeGreaterThan(50)
    expect(atP.length / windows.length).toBeGreaterThan(0.95)
    expect(atS.length / windows.length).toBeLessThan(0.2)
  })

  it('fades: where P and S come early, the last five seconds are mostly far quieter than the two behind the loudest', () => {
    const early = Array.from({ length: 300 }, (_, seed) => made(seed)).filter((window) => loudestRow(window) < 120)
    const left = early.map((window) => {
      const loudest = loudestRow(window)
      return rms(window.subarray(400 * 3)) / rms(window.subarray(loudest * 3, (loudest + 40) * 3))
    })
    expect(left.length).toBeGreaterThan(20)
    expect(left.sort((a, b) => a - b)[Math.floor(left.length / 2)]).toBeLessThan(0.3)
  })

  it('gives the same earthquake for the same seed, and of the same size on a ground that answers a thousand times as much', () => {
    const soft: Ground = { ...HARD_GROUND, answer: () => new Float64Array([1000, 1000, 1000]) }
    expect(made(9)).toEqual(made(9))
    expect(made(9)).not.toEqual(made(10))
    const [hard, again] = [made(9), made(9, soft)]
    for (const [i, value] of hard.entries()) expect(again[i]).toBeCloseTo(value, 9)
  })

  it('stays still on ground that does not answer', () => {
    expect(made(1, { ...HARD_GROUND, answer: () => new Float64Array(9) }).every((value) => value === 0)).toBe(true)
  })
})

function made(seed: number, ground = HARD_GROUND): Float64Array {
  const window = new Float64Array(ROWS * 3)
  fillMadeEarthquake(window, LATEST_P, RATE, new Random(seed), ground)
  return window
}

function firstRow(window: Float64Array): number {
  return Math.floor(window.findIndex((value) => value !== 0) / 3)
}

function loudestRow(window: Float64Array): number {
  const peak = window.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return Math.floor(window.findIndex((value) => Math.abs(value) === peak) / 3)
}

function rms(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}
