import { describe, expect, it } from 'vitest'
import { type Interval, matchIntervals, overlapping } from '../../../src/detection/interval-matching.ts'

const of = (...pairs: readonly (readonly [number, number | null])[]): Interval[] => pairs.map(([on, off]) => ({ on, off }))

describe('matching intervals', () => {
  it('pairs what overlaps, ends included', () => {
    const { pairs, onlyFirst, onlySecond } = matchIntervals(of([0, 5], [10, 12], [20, 25]), of([5, 6], [13, 14], [24, 30]))
    expect(pairs.map(([a, b]) => [a.on, b.on])).toEqual([
      [0, 5],
      [20, 24],
    ])
    expect(onlyFirst.map(({ on }) => on)).toEqual([10])
    expect(onlySecond.map(({ on }) => on)).toEqual([13])
  })

  it('is one to one: of two that one long one covers, the second is another', () => {
    const { pairs, onlyFirst, onlySecond } = matchIntervals(of([0, 100]), of([10, 20], [50, 60]))
    expect([pairs.length, onlyFirst.length, onlySecond.map(({ on }) => on)]).toEqual([1, 0, [50]])
  })

  it('takes an interval that is not over as one without end', () => {
    expect(matchIntervals(of([0, null]), of([1000, 1001])).pairs).toHaveLength(1)
    expect(matchIntervals(of([1000, 1001]), of([0, null])).pairs).toHaveLength(1)
  })

  it('has nothing to pair with an empty list', () => {
    expect(matchIntervals(of([0, 1]), [])).toEqual({ pairs: [], onlyFirst: of([0, 1]), onlySecond: [] })
  })
})

describe('overlapping intervals', () => {
  it('may be many to one', () => {
    expect(overlapping(of([0, 5], [10, 20], [30, 40], [50, 60]), of([4, 35])).map(({ on }) => on)).toEqual([0, 10, 30])
    expect(overlapping(of([0, 100]), of([1, 2], [3, 4]))).toHaveLength(1)
    expect(overlapping(of([0, 1]), [])).toEqual([])
  })
})
