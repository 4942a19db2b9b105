import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { SourceId } from '../../../src/domain/source-id.ts'
import type { TracePiece, TraceRecord } from '../../../src/domain/trace.ts'
import { TraceMerger, type TraceMergerOptions, type TraceMergerState } from '../../../src/signal/trace-merger.ts'
import { type NaiveRecord, naiveMerge } from '../../helpers/naive/merge.ts'

const SOURCE = 'FDSN:XX_TEST__H_H_Z' as SourceId
/** Times in the tests are milliseconds after this. */
const ORIGIN = 1_562_261_629_003_000_000n
const MILLI = 1_000_000n

describe('trace merger: contiguous data', () => {
  it('passes records that continue the segment on at once', () => {
    const merger = new TraceMerger(SOURCE)
    expect(merger.push(record(0, [1, 2, 3]))).toEqual([segment(0, [1, 2, 3])])
    expect(merger.push(record(30, [4, 5]))).toEqual([segment(30, [4, 5])])
    expect(merger.flush()).toEqual([])
  })

  it('does not care about jitter below half a sample', () => {
    const merger = new TraceMerger(SOURCE)
    const starts = [0, 104.9, 195.2, 304.9, 399]
    const pieces = starts.flatMap((start) => merger.push(record(start, counted(10))))
    expect(pieces).toEqual([0, 100, 200, 300, 400].map((start) => segment(start, counted(10))))
  })

  it('lets drift add up and tears the segment beyond half a sample', () => {
    const merger = new TraceMerger(SOURCE)
    const starts = [0, 102, 204, 306, 408, 510]
    const pieces = starts.flatMap((start) => merger.push(record(start, counted(10))))
    expect(pieces.map(kindOf)).toEqual(['segment', 'segment', 'segment', 'tear 300→306', 'segment', 'segment', 'segment'])
    expect(pieces.at(-1)).toEqual(segment(506, counted(10)))
  })

  it('tears a segment whose clock is slow without time running backwards', () => {
    const merger = new TraceMerger(SOURCE)
    const pieces = [0, 94].flatMap((start) => merger.push(record(start, counted(10))))
    expect(pieces.map(kindOf)).toEqual(['segment', 'tear 100→104', 'segment'])
    expect(pieces.at(-1)).toEqual(segment(104, counted(10).slice(1)))
  })

  it('takes a single-precision rate for what it means', () => {
    const merger = new TraceMerger(SOURCE)
    const [piece] = merger.push({ ...record(0, [1]), sampleRate: Math.fround(1000 / 3) })
    expect(piece).toMatchObject({ sampleRate: 1000 / 3 })
  })

  it('begins anew when the rate changes', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(10)))
    const pieces = merger.push({ ...record(100, counted(10)), sampleRate: 200 })
    expect(pieces.map(kindOf)).toEqual(['rate 100→100', 'segment'])
    expect(pieces[1]).toMatchObject({ sampleRate: 200 })
    expect(merger.push({ ...record(150, counted(3)), sampleRate: 200.01 }).map(kindOf)).toEqual(['segment'])
  })
})

describe('trace merger: holes', () => {
  const second = counted(100)

  it('waits for a late record and then goes on without a gap', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, second))
    expect(merger.push(record(2000, second))).toEqual([])
    expect(merger.push(record(1000, second))).toEqual([segment(1000, second), segment(2000, second)])
    expect(merger.counters).toMatchObject({ records: 3, reordered: 1, gaps: 0 })
  })

  it('declares the gap when the newest data are the horizon past the record that waits', () => {
    const merger = new TraceMerger(SOURCE, { horizonSeconds: 3 })
    merger.push(record(0, second))
    expect(merger.push(record(5000, second))).toEqual([])
    expect(merger.push(record(6000, second))).toEqual([])
    const pieces = merger.push(record(7000, second))
    expect(pieces.map(kindOf)).toEqual(['missing 1000→5000', 'segment', 'segment', 'segment'])
    expect(merger.push(record(8000, second))).toEqual([segment(8000, second)])
    expect(merger.counters).toMatchObject({ gaps: 1, reordered: 0 })
  })

  it('drops what comes for a gap already declared as late, and what has been passed on as a duplicate', () => {
    const merger = new TraceMerger(SOURCE, { horizonSeconds: 1 })
    for (const start of [0, 5000, 6000]) merger.push(record(start, second))
    expect(merger.push(record(3000, second))).toEqual([])
    expect(merger.push(record(5000, second))).toEqual([])
    expect(merger.counters).toMatchObject({ late: 1, duplicates: 1 })
  })

  it('drops what comes before the start as late', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, second))
    expect(merger.push(record(-1000, second))).toEqual([])
    expect(merger.counters.late).toBe(1)
  })

  it('gives what waits, with its gaps, at the end of the stream', () => {
    const merger = new TraceMerger(SOURCE)
    for (const start of [0, 2000, 4000]) merger.push(record(start, second))
    expect(merger.flush().map(kindOf)).toEqual(['missing 1000→2000', 'segment', 'missing 3000→4000', 'segment'])
  })

  it('keeps its own copy of what waits', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, second))
    const reused = Int32Array.from(second)
    merger.push({ ...record(2000, []), samples: reused })
    reused.fill(0)
    expect(merger.push(record(1000, second))[1]).toEqual(segment(2000, second))
  })

  it('holds no more than a few horizons of data, whatever comes', () => {
    const merger = new TraceMerger(SOURCE, { horizonSeconds: 2 })
    merger.push(record(0, second))
    for (let i = 0; i < 500; i++) merger.push(record(2000, new Array(100).fill(i)))
    const held = merger.snapshot().held.reduce((sum, { samples }) => sum + samples.length, 0)
    expect(held).toBeLessThanOrEqual(900)
  })
})

describe('trace merger: overlaps', () => {
  it('lets the earlier-starting record win and counts what it drops', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, [1, 1, 1, 1]))
    expect(merger.push(record(20, [2, 2, 2, 2]))).toEqual([segment(40, [2, 2])])
    expect(merger.push(record(0, [1, 1, 1, 1]))).toEqual([])
    expect(merger.push(record(30, [3]))).toEqual([])
    expect(merger.counters).toMatchObject({ overlapSamples: 2, duplicates: 2 })
  })

  it('decides between records that wait by start, then length, then bytes: never by arrival', () => {
    const rivals = [record(30, [5, 5, 5, 5]), record(30, [3, 3]), record(30, [4, 4, 4, 4]), record(40, [9, 9, 9, 9, 9])]
    for (const order of permutations(rivals)) {
      const merger = new TraceMerger(SOURCE)
      merger.push(record(0, [0, 0]))
      for (const rival of order) expect(merger.push(rival)).toEqual([])
      expect(merger.push(record(20, [1]))).toEqual([segment(20, [1]), segment(30, [4, 4, 4, 4]), segment(70, [9, 9])])
    }
  })

  it('recognises a record that waits already', () => {
    const merger = new TraceMerger(SOURCE)
    for (const start of [0, 2000, 2000]) merger.push(record(start, counted(100)))
    expect(merger.counters.duplicates).toBe(1)
  })
})

describe('trace merger: order of arrival', () => {
  /** Records of a channel whose sample i has a value fixed by i: resent and overlapping records agree. */
  const consistent = fc
    .array(fc.record({ step: fc.integer({ min: -60, max: 160 }), length: fc.integer({ min: 1, max: 150 }) }), {
      minLength: 1,
      maxLength: 40,
    })
    .map((steps) => {
      let end = 0
      return [{ step: 0, length: 50 }, ...steps].map(({ step, length }) => {
        const start = Math.max(0, end + (step > 60 ? step : Math.min(step, 0)))
        end = start + length
        return { start, samples: Array.from({ length }, (_, i) => valueAt(start + i)) }
      })
    })

  it('does not change the output while every record arrives in time', () => {
    fc.assert(
      fc.property(consistent, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (records, random) => {
        const options = { horizonSeconds: 5 }
        const expected = segmentsOf(mergeAll(sorted(records), options))
        expect(expected).toEqual(naiveMerge(records))
        expect(segmentsOf(mergeAll(shuffledInTime(records, 500, random), options))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('does not change who wins a conflict behind a hole', () => {
    const conflicting = fc.array(
      fc.record({ start: fc.integer({ min: 60, max: 300 }), length: fc.integer({ min: 1, max: 80 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(conflicting, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (places, random) => {
        const rivals = places.map(({ start, length }, i) => ({ start, samples: new Array<number>(length).fill(i) }))
        const first = { start: 0, samples: [7, 7] }
        const closing = { start: 2, samples: new Array<number>(58).fill(8) }
        const expected = segmentsOf(mergeAll([first, ...sorted(rivals), closing], {}))
        const order = rivals.map((rival) => ({ rival, key: random.next().value })).toSorted((a, b) => a.key - b.key)
        expect(segmentsOf(mergeAll([first, ...order.map(({ rival }) => rival), closing], {}))).toEqual(expected)
      }),
    )
  })

  it('gives the same pieces after any resume', () => {
    fc.assert(
      fc.property(consistent, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (records, random) => {
        const arrivals = shuffledInTime(records, 500, random)
        let state: TraceMergerState | undefined
        const pieces = arrivals.flatMap((arrival) => {
          const merger = new TraceMerger(SOURCE, { horizonSeconds: 5 }, structuredClone(state))
          const output = merger.push(onGrid(arrival))
          state = merger.snapshot()
          return output
        })
        const end = new TraceMerger(SOURCE, { horizonSeconds: 5 }, state)
        expect([...pieces, ...end.flush()]).toEqual(mergeAll(arrivals, { horizonSeconds: 5 }))
      }),
    )
  })
})

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

  it('takes one long record months later at its word: archives hold such', () => {
    const merger = new TraceMerger(SOURCE)
    merger.push(record(0, counted(100)))
    expect(merger.push(record(90 * day, counted(3000))).map(kindOf)).toEqual([`missing 1000→${90 * day}`, 'segment'])
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

/** At 100 Hz, starting so many milliseconds after the origin. */
function record(millis: number, samples: readonly number[]): TraceRecord {
  return { kind: 'record', sourceId: SOURCE, startTime: at(millis), sampleRate: 100, samples: Int32Array.from(samples) }
}

function segment(millis: number, samples: readonly number[]): TracePiece {
  return { kind: 'segment', sourceId: SOURCE, startTime: at(millis), sampleRate: 100, samples: Int32Array.from(samples) }
}

function at(millis: number): bigint {
  return ORIGIN + (BigInt(Math.round(millis * 1000)) * MILLI) / 1000n
}

function millisOf(time: bigint): number {
  return Number((time - ORIGIN) / MILLI)
}

function kindOf(piece: TracePiece): string {
  return piece.kind === 'gap' ? `${piece.cause} ${millisOf(piece.startTime)}→${millisOf(piece.endTime)}` : piece.kind
}

function counted(length: number): number[] {
  return Array.from({ length }, (_, i) => i + 1)
}

function valueAt(index: number): number {
  return Math.imul(index, 2654435761) >> 8
}

function onGrid({ start, samples }: NaiveRecord): TraceRecord {
  return record(start * 10, samples)
}

function sorted(records: readonly NaiveRecord[]): NaiveRecord[] {
  return records.toSorted((a, b) => a.start - b.start || b.samples.length - a.samples.length)
}

function mergeAll(records: readonly NaiveRecord[], options: TraceMergerOptions): TracePiece[] {
  const merger = new TraceMerger(SOURCE, options)
  const pieces = records.flatMap((each) => merger.push(onGrid(each)))
  return [...pieces, ...merger.flush()]
}

/** Joins segments up to the next gap; checks that gaps say where they are. */
function segmentsOf(pieces: readonly TracePiece[]): NaiveRecord[] {
  const joined: { start: number; samples: number[] }[] = []
  let isAfterGap = true
  for (const piece of pieces) {
    if (piece.kind === 'gap') {
      const open = joined.at(-1)!
      expect(millisOf(piece.startTime)).toBe((open.start + open.samples.length) * 10)
      expect(piece.cause).toBe('missing')
      isAfterGap = true
    } else if (isAfterGap) {
      joined.push({ start: millisOf(piece.startTime) / 10, samples: [...piece.samples] })
      isAfterGap = false
    } else joined.at(-1)!.samples.push(...piece.samples)
  }
  return joined
}

/**
 * A random order in which nothing arrives when data are already `horizon` samples past its start; the first record stays first.
 */
function shuffledInTime(records: readonly NaiveRecord[], horizon: number, random: { next(): { value: number } }): NaiveRecord[] {
  const [first, ...waiting] = sorted(records)
  const order = [first!]
  while (waiting.length > 0) {
    const deadline = Math.min(...waiting.map(({ start }) => start)) + horizon
    const allowed = waiting.filter(({ start, samples }, i) => i === 0 || start + samples.length < deadline)
    const chosen = allowed[Math.floor(random.next().value * allowed.length * 0.999)]!
    waiting.splice(waiting.indexOf(chosen), 1)
    order.push(chosen)
  }
  return order
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}
