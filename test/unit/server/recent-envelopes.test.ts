import { describe, expect, it } from 'vitest'
import { KEPT_ENVELOPE_ROWS, RecentEnvelopes } from '../../../src/server/recent-envelopes.ts'
import { seededRandom } from '../../helpers/signals.ts'

const INSTRUMENT = 'XX_A__HH'
const all = () => true
const taken = (recent: RecentEnvelopes) =>
  recent
    .take(new Map(), all, Number.POSITIVE_INFINITY)
    .map(({ startTime, rows }) => ({ second: startTime / 1e6, rows: [...rows] }))
const frame = (startMicros: number, samples: number[], rate = 20) => ({
  instrument: INSTRUMENT,
  startTime: startMicros,
  rate,
  samples: Float64Array.from(samples),
})

describe('recent envelopes', () => {
  it('are the least and the largest value of each component in each second, however the samples come', () => {
    const random = seededRandom(7)
    const rows = Array.from({ length: 200 }, () => [random(), 10 * random(), -random()])
    const expected = Array.from({ length: 9 }, (_, second) => {
      // The first sample lies half a second after a full one.
      const of = rows.slice(10 + 20 * second, 30 + 20 * second)
      return [0, 1, 2].flatMap((c) => [Math.min(...of.map((row) => row[c]!)), Math.max(...of.map((row) => row[c]!))])
    })
    for (const size of [1, 7, 20, 33, 200]) {
      const recent = new RecentEnvelopes()
      for (let i = 0; i < rows.length; i += size) recent.addFrame(frame(500_000 + i * 50_000, rows.slice(i, i + size).flat()))
      const [run, ...more] = taken(recent)
      expect(more).toEqual([])
      expect(run?.second).toBe(0)
      expect(run?.rows.slice(6)).toEqual([...Float32Array.from(expected.flat())])
    }
  })

  it('wait for the end of a second, and for the data after a gap when it is cut short', () => {
    const recent = new RecentEnvelopes()
    recent.addFrame(
      frame(
        0,
        Array.from({ length: 57 }, () => 1),
      ),
    )
    expect(taken(recent)).toEqual([])
    recent.addFrame(
      frame(
        5_000_000,
        Array.from({ length: 60 }, () => 2),
      ),
    )
    expect(taken(recent)).toEqual([
      { second: 0, rows: [1, 1, 1, 1, 1, 1] },
      { second: 5, rows: [2, 2, 2, 2, 2, 2] },
    ])
  })

  it('go on where a clock was set back', () => {
    const recent = new RecentEnvelopes()
    const cursors = new Map()
    recent.addFrame(
      frame(
        9_000_000,
        Array.from({ length: 60 }, () => 1),
      ),
    )
    recent.take(cursors, all, 100)
    recent.addFrame(
      frame(
        3_000_000,
        Array.from({ length: 60 }, () => 2),
      ),
    )
    expect(recent.take(cursors, all, 100).map(({ startTime }) => startTime / 1e6)).toEqual([3])
  })

  it('leave samples out that are no numbers', () => {
    const recent = new RecentEnvelopes()
    const samples = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? Number.NaN : i % 3 === 1 && i < 30 ? Number.NaN : 4))
    recent.addFrame(frame(0, samples))
    expect(taken(recent)).toEqual([{ second: 0, rows: [Number.NaN, Number.NaN, 4, 4, 4, 4] }])
  })

  it('are kept for ten minutes of data', () => {
    const recent = new RecentEnvelopes()
    for (let second = 0; second < 1000; second++)
      recent.addFrame(
        frame(
          second * 1e6,
          Array.from({ length: 60 }, () => second),
        ),
      )
    const [run] = taken(recent)
    expect([run?.second, run?.rows.length, run?.rows[0]]).toEqual([1000 - KEPT_ENVELOPE_ROWS, 6 * KEPT_ENVELOPE_ROWS, 400])
  })

  it('lie on full seconds at rates that do not divide a second', () => {
    const recent = new RecentEnvelopes()
    const rate = 31.25
    for (let i = 0; i < 100; i++) recent.addFrame(frame(i * 32_000, [i, i, i], rate))
    const [run] = taken(recent)
    expect(run).toEqual({
      second: 0,
      rows: [
        [0, 31],
        [32, 62],
        [63, 93],
      ].flatMap(([a, b]) => [a, b, a, b, a, b]),
    })
  })
})
