import { describe, expect, it } from 'vitest'
import { TraceStream } from '../../src/app/training/trace-stream.ts'
import { writeBurstDataset } from '../helpers/burst-dataset.ts'

/** Of one trace of 60 s on the grid, nearly. */
const TRACE_BYTES = 1200 * 3 * 8

describe('TraceStream', () => {
  it('reads what fits once, and gives the same array for every round', async () => {
    const { stream } = await opened(1e9)
    const round = stream.next()
    expect(round).toHaveLength(24)
    expect(stream.next()).toBe(round)
  })

  it('gives one part after the other of what does not fit, both classes in each, and begins anew at the end', async () => {
    const { stream } = await opened(9.5 * TRACE_BYTES)
    const rounds = Array.from({ length: 6 }, () => stream.next())
    for (const round of rounds) {
      expect(round.length).toBeLessThanOrEqual(12)
      expect(new Set(round.map(({ label }) => label.category))).toEqual(new Set(['earthquake', 'noise']))
    }
    const names = (count: number) => rounds.slice(0, count).flatMap((round) => round.map(({ label }) => label.name))
    // Twelve of each class: five, five and the two that remain.
    expect(rounds.slice(0, 3).map(({ length }) => length)).toEqual([10, 10, 4])
    expect(new Set(names(3)).size).toBe(24)
    expect(rounds[3]?.map(({ label }) => label.name)).toEqual(rounds[0]?.map(({ label }) => label.name))
  })

  it('takes its split only, and tells how far it is', async () => {
    const { stream, shares } = await opened(1e9)
    expect(new Set(stream.next().map(({ label }) => label.split))).toEqual(new Set(['train']))
    expect(shares.at(-1)).toBe(1)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
  })
})

async function opened(budgetBytes: number) {
  const shares: number[] = []
  const stream = await TraceStream.open({
    directories: [await writeBurstDataset()],
    split: 'train',
    gridRate: 20,
    budgetBytes,
    isWanted: () => true,
    onProblem: (problem) => {
      throw new Error(problem.message)
    },
    onLoad: (share) => shares.push(share),
  })
  return { stream, shares }
}
