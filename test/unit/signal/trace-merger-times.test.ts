import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import { TraceMerger } from '../../../src/signal/trace-merger.ts'
import { counted, kindOf, record, SOURCE, segment } from '../../helpers/trace-pieces.ts'

describe('trace merger: absurd times and rates', () => {
  const day = 86_400_000

  it('drops a record from another time, says so, and goes on', () => {
    const problems: Problem[] = []
    const merger = new TraceMerger(SOURCE, { onProblem: (problem) => problems.push(problem) })
    merger.push(record(0, counted(10)))
    expect(merger.push(record(3 * day, counted(10)))).toEqual([])
    expect(merger.push(record(-3 * day, counted(10)))).toEqual([])
    expect(merger.push(record(100, counted(10)))).toEqual([segment(100, counted(10))])
    expect(problems).toHaveLength(2)
    expect(problems[0]).toEqual({
      code: 'TIME_ABSURD',
      message:
        'merge: expected a time near 2019-07-04T17:33:49.103000000Z, got 2019-07-07T17:33:49.003000000Z; the record is dropped',
      sourceId: SOURCE,
    })
    expect(merger.counters.absurd).toBe(2)
  })

  it.each([
    { jump: 3 * day, cause: 'missing' },
    { jump: -3 * day, cause: 'reset' },
  ])('believes data $jump ms away as soon as they agree for the horizon, and loses none ($cause)', ({ jump, cause }) => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    merger.push(record(2000, counted(100)))
    for (let i = 0; i < 9; i++) expect(merger.push(record(jump + 1000 * i, counted(100)))).toEqual([])
    const resumed = new TraceMerger(SOURCE, {}, structuredClone(merger.snapshot()))
    const pieces = resumed.push(record(jump + 9000, counted(100)))
    expect(pieces.map(kindOf).slice(0, 4)).toEqual(['missing 1000→2000', 'segment', `${cause} 3000→${jump}`, 'segment'])
    expect(pieces.slice(3)).toEqual(Array.from({ length: 10 }, (_, i) => segment(jump + 1000 * i, counted(100))))
    expect(resumed.push(record(jump + 10_000, counted(100)))).toHaveLength(1)
    expect(resumed.counters.absurd).toBe(0)
  })

  it.each([3 * day, -3 * day, 25_000 * day])('does not believe one record alone, however long: %d ms away', (jump) => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    // A damaged rate makes any record long.
    expect(merger.push({ ...record(jump, counted(100)), sampleRate: 0.5 })).toEqual([])
    expect(merger.push(record(1000, counted(100)))).toEqual([segment(1000, counted(100))])
    expect(merger.flush()).toEqual([])
    expect(merger.counters.absurd).toBe(1)
  })

  it('believes a long record when a second one continues it', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    expect(merger.push(record(90 * day, counted(3000)))).toEqual([])
    const pieces = merger.push(record(90 * day + 30_000, counted(3000)))
    expect(pieces.map(kindOf)).toEqual([`missing 1000→${90 * day}`, 'segment', 'segment'])
  })

  it('takes long single records at their word while each is later than the one before: archives hold such', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    expect(merger.push(record(90 * day, counted(3000)))).toEqual([])
    expect(merger.push(record(180 * day, counted(3000))).map(kindOf)).toEqual([`missing 1000→${90 * day}`, 'segment'])
    const resumed = new TraceMerger(SOURCE, {}, structuredClone(merger.snapshot()))
    // Less than a day later is no absurd time.
    expect(resumed.push(record(180 * day + 3_600_000, counted(3000))).map(kindOf)).toEqual([
      `missing ${90 * day + 30_000}→${180 * day}`,
      'segment',
      `missing ${180 * day + 30_000}→${180 * day + 3_600_000}`,
      'segment',
    ])
    expect(resumed.counters.absurd).toBe(0)
  })

  it('takes a long record at its word when nothing follows it, a set back clock not', () => {
    for (const [jump, pieces] of [
      [90 * day, [`missing 1000→${90 * day}`, 'segment']],
      [-90 * day, []],
    ] as const) {
      const merger = new TraceMerger(SOURCE)
      merger.push(record(0, counted(100)))
      expect(merger.push(record(jump, counted(3000)))).toEqual([])
      expect(merger.flush().map(kindOf)).toEqual(pieces)
    }
  })

  it('does not believe absurd records that do not continue one another, or that good ones interrupt', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    for (let i = 0; i < 50; i++) expect(merger.push(record(3 * day + i * day, counted(100)))).toEqual([])
    for (let i = 1; i < 30; i++) {
      merger.push(record(5 * day + 1000 * i, counted(100)))
      expect(merger.push(record(1000 * i, counted(100)))).toHaveLength(1)
    }
    expect(merger.counters.absurd).toBe(79)
  })

  it('drops unconfirmed absurd records at the end of the stream', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    merger.push(record(5 * day, counted(100)))
    expect(merger.flush()).toEqual([])
    expect(merger.counters.absurd).toBe(1)
  })

  it.each([0, -1, 1e-310, 1e300, Number.NaN, Number.POSITIVE_INFINITY])('drops a record whose rate is %d', (sampleRate) => {
    const problems: Problem[] = []
    const merger = new TraceMerger(SOURCE, { onProblem: (problem) => problems.push(problem) })
    expect(merger.push({ ...record(0, [1]), sampleRate })).toEqual([])
    expect(problems.map(({ code }) => code)).toEqual(['RATE_ABSURD'])
  })

  it('has nothing to say about a record without samples', () => {
    const merger = new TraceMerger(SOURCE)
    expect(merger.push(record(0, []))).toEqual([])
    expect(merger.snapshot().segment).toBeUndefined()
  })
})
