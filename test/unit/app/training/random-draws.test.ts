import { describe, expect, it } from 'vitest'
import { gaussian, integerBetween, logBetween, WeightedChoice } from '../../../../src/app/training/random-draws.ts'
import { Random } from '../../../../src/nn/random.ts'

const COUNT = 20_000
const draws = (draw: (random: Random) => number) => {
  const random = new Random(7)
  return Array.from({ length: COUNT }, () => draw(random))
}
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('random draws', () => {
  it('give both ends of a range of whole numbers, and all between them alike', () => {
    const counts = new Map<number, number>()
    for (const value of draws((random) => integerBetween(random, -1, 2))) counts.set(value, (counts.get(value) ?? 0) + 1)
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    for (const count of counts.values()) expect(count / COUNT).toBeCloseTo(0.25, 1)
  })

  it('make a factor as likely as its inverse', () => {
    expect(mean(draws((random) => Math.log(logBetween(random, 0.1, 10))))).toBeCloseTo(0, 1)
  })

  it('have mean 0 and variance 1 where normal', () => {
    const values = draws(gaussian)
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(mean(values.map((v) => v * v))).toBeCloseTo(1, 1)
  })
})

describe('WeightedChoice', () => {
  it('draws in proportion to the weights and never what has none', () => {
    const choice = new WeightedChoice(['never', 'once', 'thrice', 'never too'], (item) =>
      item === 'once' ? 1 : item === 'thrice' ? 3 : 0,
    )
    expect(choice.size).toBe(2)
    const random = new Random(3)
    const drawn = Array.from({ length: COUNT }, () => choice.draw(random))
    expect(drawn.every((item) => item === 'once' || item === 'thrice')).toBe(true)
    expect(drawn.filter((item) => item === 'thrice').length / COUNT).toBeCloseTo(0.75, 1)
  })

  it('refuses to draw from nothing', () => {
    expect(() => new WeightedChoice([], () => 1).draw(new Random(1))).toThrow(RangeError)
  })
})
