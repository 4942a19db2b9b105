import { expect, it } from 'vitest'
import { highNoiseModel, lowNoiseModel } from '../../../../src/app/synth/noise-models.ts'

it('gives the low noise model at the corners that Peterson lists', () => {
  const corners = [
    [0.1, -168],
    [0.17, -166.7],
    [0.4, -166.7],
    [0.8, -169.2],
    [1.24, -163.7],
    [2.4, -148.6],
    [4.3, -141.1],
    [6, -149],
    [10, -163.8],
    [101, -185],
  ] as const
  for (const [period, decibel] of corners) expect(lowNoiseModel(1 / period), `${period} s`).toBeCloseTo(decibel, 0)
})

it('gives the high noise model at the corners that Peterson lists', () => {
  const corners = [
    [0.1, -91.5],
    [0.22, -97.4],
    [0.32, -110.5],
    [0.8, -120],
    [3.8, -98],
    [4.6, -96.5],
    [6.3, -101],
    [7.9, -113.5],
    [15.4, -120],
    [20, -138.5],
    [354.8, -126],
  ] as const
  for (const [period, decibel] of corners) expect(highNoiseModel(1 / period), `${period} s`).toBeCloseTo(decibel, 0)
})

it('keeps the last values beyond 10 Hz', () => {
  expect(lowNoiseModel(40)).toBe(lowNoiseModel(10))
  expect(highNoiseModel(40)).toBe(highNoiseModel(10))
})
