import type { DetectionWire } from '../../contract/detection.ts'
import { scoreText } from '../../domain/score-text.ts'
import { instrumentName, reasonWords, utcClock } from '../ui/format.ts'

/** A detection in one line: for notifications, and for those who hear the page. */
export function detectionWords({ instrument, onset, peak, reason }: DetectionWire): string {
  const doubt = reason === undefined ? '' : `, may be a glitch: ${reasonWords(reason)}`
  return `${instrumentName(instrument)}, onset ${utcClock(onset.time)} UTC, score ${scoreText(peak.score, 2)}${doubt}`
}

/** The page's title with what nobody has seen yet. */
export function badgedTitle(title: string, unseen: number): string {
  return unseen === 0 ? title : `(${unseen > 99 ? '99+' : unseen}) ${title}`
}
