import { describe, expect, it } from 'vitest'
import { SampleBlocks } from '../../../../src/web/feed/sample-blocks.ts'
import { type HistorySource, PART_SECONDS, StationHistory } from '../../../../src/web/live/station-history.ts'

/** A store that has everything: sample i is i on Z, 0 on the others; score i is i / 1e6. */
function history({ isFailing = false } = {}) {
  const asked: string[] = []
  const failures: unknown[] = []
  const state = { isFailing }
  const source: HistorySource = {
    waveforms: async (from, to) => {
      asked.push(`${from}-${to}`)
      if (state.isFailing) throw new Error('no store')
      const samples = Float32Array.from({ length: (to - from) * 3 }, (_, k) => (k % 3 === 0 ? from + k / 3 : 0))
      return { kind: 'samples', runs: [{ instrument: 'XX_A__HH', startTime: from * 1e6, rate: 1, samples }] }
    },
    scores: async (from, to) => [
      {
        endTime: new Date(from * 1000).toISOString(),
        strideSeconds: 1,
        scores: Array.from({ length: to - from }, (_, i) => (from + i) / 1e6),
      },
    ],
  }
  const traces = { rate: 1, stride: 1, samples: new SampleBlocks(3), scores: new SampleBlocks(1), keptSeconds: 120 }
  const past = new StationHistory(source, traces, (failure) => failures.push(failure))
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { past, traces, asked, failures, state, settle }
}

const PART = PART_SECONDS

describe('the past of a station', () => {
  it('is brought in parts, the newest first, each once', async () => {
    const { past, traces, asked, settle } = history()
    past.ensure(PART + 10, 3 * PART - 10, 100 * PART)
    past.ensure(PART + 20, 3 * PART - 20, 100 * PART)
    expect(past.isLoading).toBe(true)
    await settle()
    expect(asked).toEqual([`${2 * PART}-${3 * PART}`, `${PART}-${2 * PART}`])
    expect(traces.samples.at(PART + 7, 0)).toBe(PART + 7)
    expect(traces.scores.at(2 * PART + 1, 0)).toBe(Math.fround((2 * PART + 1) / 1e6))
    expect([past.isSettled(PART), past.isSettled(3 * PART), past.isLoading]).toEqual([true, false, false])
  })

  it('asks for nothing of the future, and once more for what was not over', async () => {
    const { past, asked, settle } = history()
    past.ensure(5 * PART, 6 * PART, 5 * PART + 60)
    await settle()
    past.ensure(5 * PART, 6 * PART, 6 * PART + 10)
    await settle()
    // The new part, and not yet the old one again: its last seconds may not be stored.
    expect(asked).toEqual([`${5 * PART}-${6 * PART}`, `${6 * PART}-${7 * PART}`])
    past.ensure(5 * PART, 6 * PART - 1, 6 * PART + 60)
    past.ensure(5 * PART, 6 * PART - 1, 6 * PART + 90)
    await settle()
    expect(asked.slice(2)).toEqual([`${5 * PART}-${6 * PART}`])
  })

  it('tells what failed, does not ask again by itself, and does after a loss of the link', async () => {
    const { past, asked, failures, state, settle } = history({ isFailing: true })
    past.ensure(0, PART - 1, 100 * PART)
    await settle()
    past.ensure(0, PART - 1, 100 * PART)
    await settle()
    expect(asked).toHaveLength(1)
    expect(failures).toEqual([new Error('no store')])
    expect(past.isSettled(10)).toBe(false)
    state.isFailing = false
    past.forget()
    past.ensure(0, PART - 1, 100 * PART)
    await settle()
    expect(past.isSettled(10)).toBe(true)
  })

  it('forgets what is far from view when it has become a lot, and brings it again', async () => {
    const { past, traces, asked, settle } = history()
    past.ensure(0, 260 * PART, 1000 * PART)
    await settle()
    past.ensure(500 * PART, 501 * PART - 1, 1000 * PART)
    await settle()
    expect(traces.samples.at(10, 0)).toBeNaN()
    expect(past.isSettled(10)).toBe(false)
    const before = asked.length
    past.ensure(0, PART - 1, 1000 * PART)
    await settle()
    expect(asked.length).toBe(before + 1)
    expect(traces.samples.at(10, 0)).toBe(10)
  })
})
