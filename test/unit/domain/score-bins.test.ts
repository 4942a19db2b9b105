import { describe, expect, it } from 'vitest'
import { SCORE_BIN_EDGES, SCORE_BINS, scoreBinOf } from '../../../src/domain/score-bins.ts'

const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit))

describe('bins of scores', () => {
  it('are half a unit of the logit each, with one more at each end', () => {
    expect([SCORE_BINS, SCORE_BIN_EDGES[0], SCORE_BIN_EDGES[24], SCORE_BIN_EDGES.at(-1)]).toEqual([50, -12, 0, 12])
    for (let bin = 0; bin < SCORE_BINS; bin++) expect(scoreBinOf(sigmoid(-12.25 + bin / 2))).toBe(bin)
  })

  it('take what no logarithm takes, and an edge belongs to the bin above', () => {
    expect([scoreBinOf(0), scoreBinOf(1), scoreBinOf(0.5)]).toEqual([0, 49, 25])
    expect(scoreBinOf(Math.fround(0.5) - 2 ** -25)).toBe(24)
  })
})
