import { describe, expect, it } from 'vitest'
import { TraceMerger } from '../../../src/signal/trace-merger.ts'
import { counted, kindOf, record, SOURCE, segment } from '../../helpers/trace-pieces.ts'

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

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}
