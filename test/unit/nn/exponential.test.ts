import { describe, expect, it } from 'vitest'
import { exp, sigmoid, softplus } from '../../../src/nn/exponential.ts'

describe('exp', () => {
  it('is the exponential to the last digits over the whole range of doubles', () => {
    for (let x = -744; x < 709.7; x += 0.37) {
      const smallestStep = 5e-324
      expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(4e-16 * Math.exp(x) + smallestStep)
    }
  })

  it('ends where doubles end', () => {
    expect([exp(0), exp(800), exp(-800), exp(Infinity), exp(-Infinity), exp(Number.NaN)]).toEqual([
      1,
      Infinity,
      0,
      Infinity,
      0,
      Number.NaN,
    ])
  })
})

describe('sigmoid', () => {
  it('runs from 0 to 1, symmetric about 0', () => {
    expect([sigmoid(0), sigmoid(1000), sigmoid(-1000)]).toEqual([0.5, 1, 0])
    for (let x = 0.1; x < 30; x += 0.7) expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 15)
  })
})

describe('softplus', () => {
  it('is ln(1 + e^x), also where e^x is lost against 1', () => {
    for (let x = -40; x < 40; x += 0.37) {
      expect(Math.abs(softplus(x) / (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))) - 1)).toBeLessThan(1e-15)
    }
    expect(softplus(1000)).toBe(1000)
  })
})
