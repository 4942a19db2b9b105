import type { DetectionWire } from '../../contract/detection.ts'
import { percent } from '../ui/format.ts'

type Facts = NonNullable<DetectionWire['relevance']>

export interface Share {
  readonly name: 'before the onset' | 'from the onset to S' | 'after the onset' | 'from S on'
  /** 0–1 */
  readonly share: number
}

/** From here on a share is worth a remark. */
const REMARKABLE_SPIKE = 0.5
const REMARKABLE_EDGE = 0.3
const REMARKABLE_BEFORE = 0.5
const COMPONENTS = ['Z', 'N', 'E'] as const

/** Where in time the relevance lies; together 1, nothing without any relevance. */
export function timeShares({ beforeOnset, fromS, components }: Facts): Share[] {
  if (components.every((share) => share === 0)) return []
  const after = Math.max(0, 1 - beforeOnset - (fromS ?? 0))
  if (fromS === null) {
    return [
      { name: 'before the onset', share: beforeOnset },
      { name: 'after the onset', share: after },
    ]
  }
  return [
    { name: 'before the onset', share: beforeOnset },
    { name: 'from the onset to S', share: after },
    { name: 'from S on', share: fromS },
  ]
}

/** What the network looked at, in sentences; the remarkable last. */
export function relevanceWords(facts: Facts): string[] {
  const shares = timeShares(facts)
  if (shares.length === 0) return ['The network found nothing in this window that it could give relevance to.']
  const words = [
    `${shares.map(({ name, share }, i) => `${percent(share)} ${i === 0 ? 'of the relevance lies ' : ''}${name}`).join(', ')}.`,
    `By component: ${facts.components.map((share, i) => `${COMPONENTS[i]} ${percent(share)}`).join(', ')}.`,
    `Its centre is ${secondsFrom(facts.centroidSeconds)} the onset${
      facts.sGuessSeconds === null ? '; no S was guessed' : `, the guessed S ${facts.sGuessSeconds.toFixed(1)} s after it`
    }.`,
  ]
  if (facts.beforeOnset >= REMARKABLE_BEFORE)
    words.push('Most of it lies before the onset: the network saw something else, or the onset is late.')
  if (facts.spike >= REMARKABLE_SPIKE)
    words.push(`${percent(facts.spike)} of it is within a quarter of a second: that looks like a spike.`)
  if (facts.flatEdge >= REMARKABLE_EDGE)
    words.push(`${percent(facts.flatEdge)} of it is where a component freezes or wakes up: that looks like a filled gap.`)
  if (facts.windowEdge >= REMARKABLE_EDGE) words.push(`${percent(facts.windowEdge)} of it is at the edges of the window.`)
  return words
}

function secondsFrom(seconds: number): string {
  return `${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'before' : 'after'}`
}
