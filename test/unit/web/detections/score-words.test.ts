import { describe, expect, it } from 'vitest'
import { withSecondOpinion } from '../../../../src/domain/second-opinion.ts'
import { scoreWords } from '../../../../src/web/detections/score-words.ts'

describe('the words on a score', () => {
  it('names what a second model said', () => {
    const origin = { logit: 2.197, networkScore: 0.9, secondOpinion: 0.25, onsetRatio: 20.04 }
    expect(scoreWords({ ...origin, score: 0.97297 })).toBe(
      'Score 0.97297: the network’s 0.90000 (logit 2.20) and the second model’s 0.25000, weighed by an onset of 20.0 times the power before it',
    )
    expect(scoreWords({ ...origin, score: withSecondOpinion(0.9, 0.25) })).toBe(
      'Score 0.63397: the network’s 0.90000 (logit 2.20) and the second model’s 0.25000',
    )
  })

  it('say what the network said and what the onset made of it', () => {
    expect(scoreWords({ logit: 2.197, score: 0.97297, networkScore: 0.9, onsetRatio: 20.04 })).toBe(
      'Score 0.97297: the network’s 0.90000 (logit 2.20) weighed by an onset of 20.0 times the power before it',
    )
  })

  it('say no more of an onset than counts', () => {
    expect(scoreWords({ logit: 2, score: 0.99, networkScore: 0.88, onsetRatio: 60_500 })).toContain(
      'an onset of over 100 times the power before it',
    )
  })

  it('are short where nothing was weighed', () => {
    expect(scoreWords({ logit: 2.197, score: 0.9, networkScore: 0.9, onsetRatio: 20 })).toBe('Score 0.90000, logit 2.20')
    expect(scoreWords({ logit: null, score: 0, networkScore: 0, onsetRatio: 0 })).toBe('Score 0.00000, logit –')
  })
})
