import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TracePiece, TraceRecord } from '../../../src/domain/trace.ts'
import { TraceMerger, type TraceMergerOptions, type TraceMergerState } from '../../../src/signal/trace-merger.ts'
import { type NaiveRecord, naiveMerge } from '../../helpers/naive/merge.ts'
import { millisOf, record, SOURCE } from '../../helpers/trace-pieces.ts'

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
