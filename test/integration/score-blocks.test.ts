import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type InstrumentId, parseInstrumentId } from '../../src/domain/source-id.ts'
import { migrate } from '../../src/io/store/schema.ts'
import { SCORES_PER_BLOCK, ScoreBlocks } from '../../src/io/store/score-blocks.ts'
import { sqlite } from '../../src/io/store/sqlite-binding.ts'

const STRIDE = 1_000_000
const instruments = ['CI_CLC_00_HH', 'IU_ANMO_00_BH'].map((id) => parseInstrumentId(id)!)

/** Second of the window's end; three blocks, dense enough for runs and holes. */
const seconds = fc.integer({ min: 0, max: 3 * SCORES_PER_BLOCK })
const score = fc.record({
  instrument: fc.nat(1),
  second: seconds,
  length: fc.integer({ min: 1, max: 400 }),
  value: fc.float({ min: 0, max: 1, noNaN: true }),
})

describe('ScoreBlocks', () => {
  it('keeps all scores of a batch in which the times jump away and come back', () => {
    const Database = sqlite()
    const database = new Database(':memory:')
    migrate(database, 'memory')
    const blocks = new ScoreBlocks(database, 1)
    const instrument = instruments[0]!
    const at = (second: number) => ({ instrument, endTime: second * STRIDE, score: Math.fround(second / 1e5) })
    blocks.write([at(5), at(40_000), at(6), at(40_001)])
    const read = blocks.read(instrument, 0, 1e12).flatMap(({ scores }) => [...scores])
    database.close()
    expect(read).toEqual([5, 6, 40_000, 40_001].map((second) => Math.fround(second / 1e5)))
  })

  it('keeps arrivals beside the scores of their windows, and lets them go with these', () => {
    const Database = sqlite()
    const database = new Database(':memory:')
    migrate(database, 'memory')
    const blocks = new ScoreBlocks(database, 1)
    const [instrument, other] = instruments as [InstrumentId, InstrumentId]
    const at = (second: number, powerRatio?: number) => ({
      instrument,
      endTime: second * STRIDE,
      score: 0.5,
      ...(powerRatio && { arrival: { time: (second - 2) * STRIDE, powerRatio } }),
    })
    blocks.write([at(5), at(6, 3.25), at(7), at(2500, 7.5), { ...at(6, 9), instrument: other }])
    const seen = (from = 0, to = 1e12) => blocks.arrivals(instrument, from, to).map(({ windowEnd }) => windowEnd / STRIDE)
    expect(blocks.arrivals(instrument, 0, 10 * STRIDE)).toEqual([{ windowEnd: 6 * STRIDE, time: 4 * STRIDE, powerRatio: 3.25 }])
    expect(seen()).toEqual([6, 2500])
    expect(seen(6 * STRIDE, 6 * STRIDE)).toEqual([6])
    expect(seen(7 * STRIDE)).toEqual([2500])
    blocks.write([at(6, 4)])
    expect(blocks.arrivals(instrument, 0, 10 * STRIDE)[0]?.powerRatio).toBe(4)
    blocks.deleteOlderThan(1500 * STRIDE)
    expect(seen()).toEqual([2500])
    blocks.write([at(6, 4)])
    expect(blocks.deleteOldest(1)).toBe(1)
    expect(seen()).toEqual([2500])
    database.close()
  })

  it('reads what a plain table of scores would hold, whatever was written in whatever order, over restarts', () => {
    const Database = sqlite()
    fc.assert(
      fc.property(fc.array(score, { maxLength: 12 }), fc.nat(1), seconds, seconds, (writes, asked, a, b) => {
        const database = new Database(':memory:')
        migrate(database, 'memory')
        const table = [new Map<number, number>(), new Map<number, number>()]
        let blocks = new ScoreBlocks(database, 1)
        for (const [i, { instrument, second, length, value }] of writes.entries()) {
          const run = Array.from({ length }, (_, k) => ({ second: second + k, score: Math.fround(value / (k + 1)) }))
          blocks.write(
            run.map((each) => ({ instrument: instruments[instrument]!, endTime: each.second * STRIDE, score: each.score })),
          )
          for (const each of run) table[instrument]!.set(each.second, each.score)
          if (i % 3 === 2) blocks = new ScoreBlocks(database, 1)
        }
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const read = blocks
          .read(instruments[asked]!, from * STRIDE, to * STRIDE)
          .flatMap(({ endTime, scores }) => [...scores].map((value, i) => [endTime / STRIDE + i, value]))
        const expected = [...table[asked]!].filter(([second]) => second >= from && second <= to).sort(([x], [y]) => x - y)
        database.close()
        expect(read).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })
})
