import { describe, expect, it } from 'vitest'
import { velocityPulse } from '../../../../src/app/synth/pulse.ts'

const RATE = 100
const CORNER = 4
const brune = (frequency: number) => (3e-6 * Math.exp(-Math.PI * frequency * 0.04)) / (1 + (frequency / CORNER) ** 2)

describe('velocityPulse', () => {
  const pulse = velocityPulse(brune, RATE)

  it('has the spectrum that was asked for', () => {
    for (const frequency of [1, 2, 4, 8, 16, 30]) {
      let re = 0
      let im = 0
      pulse.forEach((value, n) => {
        re += (value * Math.cos((2 * Math.PI * frequency * n) / RATE)) / RATE
        im -= (value * Math.sin((2 * Math.PI * frequency * n) / RATE)) / RATE
      })
      // Differences between samples stand for the derivative: |1 − e^(−iω)| · rate.
      const differentiation = 2 * RATE * Math.sin((Math.PI * frequency) / RATE)
      expect(Math.hypot(re, im) / (differentiation * brune(frequency))).toBeCloseTo(1, 2)
    }
  })

  it('begins at once and is over soon: minimum phase', () => {
    const peak = Math.max(...pulse.map(Math.abs))
    expect(Math.abs(pulse[0]!)).toBeGreaterThan(0.01 * peak)
    const energy = (from: number, to: number) => pulse.slice(from, to).reduce((sum, value) => sum + value ** 2, 0)
    expect(energy(0, 30) / energy(0, pulse.length)).toBeGreaterThan(0.95)
  })

  it('leaves no displacement behind', () => {
    const end = pulse.reduce((sum, value) => sum + value / RATE, 0)
    const farthest = brune(0.01) * CORNER
    expect(Math.abs(end) / farthest).toBeLessThan(0.01)
  })
})
