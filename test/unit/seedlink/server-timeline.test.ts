import { describe, expect, it } from 'vitest'
import { sequencesFor, Timeline, unwrapSequence } from '../../../src/seedlink/server-timeline.ts'

/** Records as [end, how many numbers]. */
const RECORDS: [bigint, number][] = [
  [10n, 1],
  [12n, 3],
  [12n, 1],
  [20n, 1],
  [30n, 2],
  [35n, 1],
]

function timeline(): Timeline {
  const result = new Timeline(RECORDS.length)
  for (const [end, sequences] of RECORDS) result.add(end, sequences)
  return result
}

describe('Timeline', () => {
  it('numbers records from 1, each with a block of its own', () => {
    const line = timeline()
    expect([0, 1, 2, 3, 4, 5, 6].map((ordinal) => line.sequenceOf(ordinal))).toEqual([1, 2, 5, 6, 7, 9, 10])
    expect(line.sequenceCount).toBe(9)
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99].map((sequence) => line.ordinalOf(sequence))).toEqual([
      0, 0, 1, 1, 1, 2, 3, 4, 4, 5, 6, 6,
    ])
  })

  it('answers every time as a look at all records does', () => {
    const line = timeline()
    for (let time = -1n; time <= 36n; time += 1n) {
      const complete = RECORDS.findIndex(([end]) => end > time)
      expect(line.countAvailableAt(time)).toBe(complete < 0 ? RECORDS.length : complete)
    }
  })

  it('has no record when empty', () => {
    const line = new Timeline(0)
    expect([line.recordCount, line.sequenceCount, line.ordinalOf(1), line.countAvailableAt(5n)]).toEqual([0, 0, 0, 0])
  })
})

describe('sequencesFor', () => {
  it('gives one number to a record that is sent as it is and enough to any other', () => {
    expect([sequencesFor(true, 5000), sequencesFor(false, 0), sequencesFor(false, 48), sequencesFor(false, 49)]).toEqual([
      1, 1, 1, 2,
    ])
  })
})

describe('unwrapSequence', () => {
  it('finds the latest number behind 24 bits that is not after the next', () => {
    const turn = 2 ** 24
    expect(unwrapSequence(5, 3)).toBe(5)
    expect(unwrapSequence(5, turn)).toBe(5)
    expect(unwrapSequence(5, turn + 5)).toBe(turn + 5)
    expect(unwrapSequence(0xffffff, turn + 5)).toBe(0xffffff)
    expect(unwrapSequence(6, 3 * turn + 5)).toBe(2 * turn + 6)
  })
})
