import { describe, expect, it } from 'vitest'
import { MICROS_PER_SECOND } from '../../src/domain/time.ts'
import { EXAMPLE_INSTRUMENT, EXAMPLE_TIME } from '../helpers/example-detection.ts'
import { freshStore } from '../helpers/fresh-store.ts'

const SECOND = MICROS_PER_SECOND
const DAY = 86_400 * SECOND
const fresh = freshStore()

describe('scores', () => {
  const at = (second: number, score: number, instrument = EXAMPLE_INSTRUMENT) => ({
    instrument,
    endTime: EXAMPLE_TIME + second * SECOND,
    score,
  })
  const read = (from: number, to: number) =>
    fresh.store.scores(EXAMPLE_INSTRUMENT, EXAMPLE_TIME + from * SECOND, EXAMPLE_TIME + to * SECOND)

  it('come back bit for bit over blocks and restarts, in one run', () => {
    const values = Float32Array.from({ length: 2500 }, (_, i) => (Math.sin(i) + 1) / 2)
    for (let i = 0; i < 2500; i += 7) {
      fresh.store.commit({ scores: [...values.subarray(i, i + 7)].map((score, j) => at(i + j, score)) })
      if (i % 490 === 0) fresh.reopen()
    }
    expect(read(0, 3000)).toEqual([{ endTime: EXAMPLE_TIME, strideSeconds: 1, scores: values }])
    expect(read(999, 1002)).toEqual([{ endTime: EXAMPLE_TIME + 999 * SECOND, strideSeconds: 1, scores: values.slice(999, 1003) }])
  })

  it('show a hole as two runs', () => {
    fresh.store.commit({ scores: [at(0, 0.1), at(1, 0.2), at(4, 0.3)] })
    expect(read(0, 10).map(({ endTime, scores }) => [(endTime - EXAMPLE_TIME) / SECOND, scores.length])).toEqual([
      [0, 2],
      [4, 1],
    ])
  })

  it('take late scores of a block that was left already', () => {
    fresh.store.commit({ scores: [at(0, 0.1)] })
    fresh.store.commit({ scores: [at(1700, 0.2)] })
    fresh.store.commit({ scores: [at(1, 0.3)] })
    fresh.store.commit({ scores: [at(1701, 0.4)] })
    expect(read(0, 2000).map(({ scores }) => [...scores])).toEqual(
      [
        [0.1, 0.3],
        [0.2, 0.4],
      ].map((run) => run.map(Math.fround)),
    )
  })

  it('keep window ends that are no multiple of the stride', () => {
    fresh.store.commit({ scores: [at(0.05, 0.1), at(1.05, 0.2)] })
    expect(read(0, 10)).toMatchObject([{ endTime: EXAMPLE_TIME + 50_000 }])
    expect(read(0.06, 10)[0]?.scores).toHaveLength(1)
  })

  it('stay readable after the stride was changed', () => {
    fresh.store.commit({ scores: [at(0, 0.1)] })
    fresh.reopen({ strideSeconds: 0.5 })
    fresh.store.commit({ scores: [at(10, 0.2), at(10.5, 0.3)] })
    expect(read(0, 20).map(({ strideSeconds, scores }) => [strideSeconds, scores.length])).toEqual(
      expect.arrayContaining([
        [1, 1],
        [0.5, 2],
      ]),
    )
  })

  it('go after their days of data time, not before', () => {
    fresh.store.commit({ scores: [at(0, 0.1), at(7200, 0.2)] })
    fresh.store.prune(EXAMPLE_TIME + 30 * DAY + 3600 * SECOND)
    expect(read(0, 8000)).toMatchObject([{ endTime: EXAMPLE_TIME + 7200 * SECOND }])
  })

  it('do not go because one clock shows the year 2211', () => {
    fresh.reopen({ clock: { now: () => EXAMPLE_TIME + DAY } })
    fresh.store.commit({ scores: [at(0, 0.1)] })
    fresh.store.prune(EXAMPLE_TIME + 190 * 365 * DAY)
    expect(read(0, 10)).toHaveLength(1)
  })
})
