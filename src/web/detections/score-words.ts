import type { ExplanationAnswer } from '../../contract/detection-study.ts'
import { onsetText } from '../../domain/onset-spec.ts'
import { scoreText } from '../../domain/score-text.ts'

/** How the score of a window came about. */
export function scoreWords({
  logit,
  score,
  networkScore,
  onsetRatio,
}: Pick<ExplanationAnswer, 'logit' | 'score' | 'networkScore' | 'onsetRatio'>): string {
  const network = `logit ${logit?.toFixed(2) ?? '–'}`
  if (score === networkScore) return `Score ${scoreText(score, 5)}, ${network}`
  return `Score ${scoreText(score, 5)}: the network’s ${scoreText(networkScore, 5)} (${network}) weighed by an onset of ${onsetText(onsetRatio)}`
}
