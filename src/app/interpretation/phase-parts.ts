import type { RowRange } from '../../nn/map-activity.ts'
import type { GridTrace } from '../training/grid-trace.ts'

/** What a part of a window shows. `noise` are windows of noise traces, `before` is what precedes P. */
export const PHASES = ['noise', 'before', 'p', 's', 'coda'] as const

export type Phase = (typeof PHASES)[number]

export type PhaseParts = Partial<Record<Phase, RowRange>>

/** S begins to be coda after this long. */
const S_SECONDS = 5

/**
 * Parts of a window by the trace's picks: before P, P until S, five seconds of S, coda. Without an S pick nothing behind P can be
 * told apart.
 *
 * @param firstIndex grid index of the window's first row
 * @returns parts that lie in the window and are not empty, as rows of the window
 */
export function phaseParts(trace: GridTrace, firstIndex: number, windowLength: number, sampleRate: number): PhaseParts {
  const { label, pIndex, sIndex } = trace
  if (label.category === 'noise') return { noise: { from: 0, to: windowLength } }
  if (pIndex === undefined) return {}
  const row = (index: number) => Math.min(windowLength, Math.max(0, index - firstIndex))
  const borders: [Phase, number, number][] = [['before', 0, row(pIndex)]]
  if (sIndex !== undefined && sIndex > pIndex) {
    const coda = sIndex + Math.round(S_SECONDS * sampleRate)
    borders.push(['p', row(pIndex), row(sIndex)], ['s', row(sIndex), row(coda)], ['coda', row(coda), windowLength])
  }
  return Object.fromEntries(borders.filter(([, from, to]) => to > from).map(([phase, from, to]) => [phase, { from, to }]))
}
