import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstrumentId } from '../../src/domain/source-id.ts'
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
