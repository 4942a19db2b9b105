import { describe, expect, it } from 'vitest'
import { relevanceStrips } from '../../../../src/web/detections/relevance-strips.ts'

describe('relevance as strips', () => {
  it('joins neighbours of one colour and leaves out what rounds to nothing', () => {
    expect(relevanceStrips([0, 0.009, 1, 1, 0.36, -1, 0], 1)).toEqual([
      { from: 2, count: 2, level: 5 },
      { from: 4, count: 1, level: 3 },
      { from: 5, count: 1, level: -5 },
    ])
  })

  it('shows a sixteenth of the peak as a quarter of the colours', () => {
    expect(relevanceStrips([1 / 16, -1 / 4], 1).map(({ level }) => level)).toEqual([1, -3])
  })

  it('goes up to the last sample', () => {
    expect(relevanceStrips([0, 2, 2], 2)).toEqual([{ from: 1, count: 2, level: 5 }])
  })

  it('draws nothing where the relevance is zero everywhere, or there is none', () => {
    expect(relevanceStrips([0, 0, 0], 0)).toEqual([])
    expect(relevanceStrips([], 1)).toEqual([])
  })
})
