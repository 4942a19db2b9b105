import type { ExplanationAnswer } from '../../contract/detection-study.ts'
import { addedText, type ScoreOrigin } from '../../domain/score-origin.ts'
import { scoreText } from '../../domain/score-text.ts'

/** How the score of a window came about. */
export function scoreWords({ logit, ...origin }: ScoreOrigin & Pick<ExplanationAnswer, 'logit'>): string {
  const score = `Score ${scoreText(origin.score, 5)}`
  const network = `logit ${logit?.toFixed(2) ?? '–'}`
  const added = addedText(origin, 5)
  return added === ''
    ? `${score}, ${network}`
    : `${score}: the network’s ${scoreText(origin.networkScore, 5)} (${network})${added}`
}
