import { describe, expect, it } from 'vitest'
import { withSecondOpinion } from '../../../src/domain/second-opinion.ts'

const logit = (score: number) => Math.log(score / (1 - score))

describe('the score of two models', () => {
  it('has the mean of their logits', () => {
    for (const [first, second] of [
      [0.3, 0.9],
      [0.99, 0.2],
      [0.6, 0.6],
    ] as const) {
      expect(logit(withSecondOpinion(first, second))).toBeCloseTo((logit(first) + logit(second)) / 2, 5)
    }
  })

  it('does not depend on who was asked first', () => {
    expect(withSecondOpinion(0.3, 0.95)).toBe(withSecondOpinion(0.95, 0.3))
  })

  it('is what both say where they agree', () => {
    expect(withSecondOpinion(0.25, 0.25)).toBe(0.25)
  })

  it('is finite and below 1 however certain they are', () => {
    expect(withSecondOpinion(1, 1)).toBeLessThan(1)
    expect(withSecondOpinion(0, 0)).toBeGreaterThan(0)
    expect(withSecondOpinion(1, 0)).toBe(0.5)
  })
})
