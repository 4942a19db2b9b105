import { describe, expect, it } from 'vitest'
import { scoreText } from '../../../src/domain/score-text.ts'

describe('a score in words', () => {
  it('never looks surer than it is', () => {
    expect([0, 0.1234, 0.9994, 0.99951, 1, Number.NaN].map((score) => scoreText(score))).toEqual([
      '0.000',
      '0.123',
      '0.999',
      '>.999',
      '1.000',
      '–',
    ])
    expect(scoreText(0.996, 2)).toBe('>.99')
  })
})
