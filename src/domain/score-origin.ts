import { onsetText } from './onset-spec.ts'
import { scoreText } from './score-text.ts'
import { withSecondOpinion } from './second-opinion.ts'

/** What a model's score is made of. */
export interface ScoreOrigin {
  readonly score: number
  /** Of the network alone. */
  readonly networkScore: number
  /** What the second model said; absent when it was not asked. */
  readonly secondOpinion?: number | undefined
  /** Power ratio of the window's clearest onset. */
  readonly onsetRatio: number
}

/**
 * What came to the network's score, as in ` and the second model’s 0.991, weighed by an onset of 12.0 times the power before it`; empty
 * where nothing did.
 */
export function addedText({ score, networkScore, secondOpinion, onsetRatio }: ScoreOrigin, digits: number): string {
  const isAsked = secondOpinion !== undefined
  const together = isAsked ? withSecondOpinion(networkScore, secondOpinion) : networkScore
  const second = isAsked ? ` and the second model’s ${scoreText(secondOpinion, digits)}` : ''
  if (score === together) return second
  return `${second}${isAsked ? ',' : ''} weighed by an onset of ${onsetText(onsetRatio)}`
}
