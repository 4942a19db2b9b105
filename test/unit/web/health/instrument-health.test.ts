import { describe, expect, it } from 'vitest'
import { LOG_LEVELS as CONTRACT_LEVELS } from '../../../../src/contract/health-history.ts'
import {
  availabilityColour,
  knownPartOf,
  latencyColour,
  latencyShare,
  rowOf,
  settledAvailability,
  sortedRows,
} from '../../../../src/web/health/instrument-health.ts'
import { LOG_LEVELS } from '../../../../src/web/health/log-levels.ts'

const cells = (
  instrument: string,
  availability: (number | null)[],
  latency: (number | null)[] = [],
  timing: (number | null)[] = [],
) => ({
  instrument,
  availability,
  medianLatencySeconds: latency,
  maximumLatencySeconds: latency,
  timingQuality: timing,
})

describe("an instrument's day", () => {
  it('is summed up over what is known', () => {
    expect(rowOf(cells('A', [null, 1, 0.5], [null, 3, 1, 2], [100, null, 60]))).toMatchObject({
      availability: 0.75,
      medianLatencySeconds: 2,
      maximumLatencySeconds: 3,
      timingQuality: 60,
    })
    expect(rowOf(cells('A', [null, null], [4, 2]))).toMatchObject({
      availability: null,
      medianLatencySeconds: 3,
      timingQuality: null,
    })
  })

  it('is judged by the part of it that is known', () => {
    const span = { startTime: '2024-03-11T10:00:00.000000Z', secondsPerCell: 600, knownSince: '2024-03-11T10:15:00.000000Z' }
    const part = knownPartOf(span, Date.parse('2024-03-11T10:39:00Z'))
    expect(part).toEqual({ from: 1.5, to: 3.9 })
    expect(settledAvailability([null, 0.5, 0.8, 0.9], part)).toEqual([null, 1, 0.8, 1])
    // The last has only begun: latency alone would make it look bad.
    expect(settledAvailability([null, 0.25, 0.8, 0.1], { ...part, to: 3.2 })).toEqual([null, 0.5, 0.8, null])
    expect(settledAvailability([null, null, null, 0.1], { from: 3, to: 3.2 })).toEqual([null, null, null, expect.closeTo(0.5)])
    expect(knownPartOf({ ...span, knownSince: null }, 0).from).toBe(Number.POSITIVE_INFINITY)
  })

  it('is sorted with the worst first and what is not known last', () => {
    const rows = [cells('C', [1], [1]), cells('A', [null], [null]), cells('D', [1], [9]), cells('B', [0.2], [5])].map(rowOf)
    const names = (key: Parameters<typeof sortedRows>[1]) => sortedRows(rows, key).map(({ instrument }) => instrument)
    expect(names('instrument')).toEqual(['A', 'B', 'C', 'D'])
    expect(names('availability')).toEqual(['B', 'C', 'D', 'A'])
    expect(names('medianLatencySeconds')).toEqual(['D', 'B', 'C', 'A'])
  })

  it('has bars that grow with what they show, and colours that say the same', () => {
    expect(latencyShare(0)).toBe(0.04)
    expect(latencyShare(3600)).toBe(1)
    expect(latencyShare(60)).toBeGreaterThan(latencyShare(10))
    expect([1, 0.95, 0].map(availabilityColour)).toEqual(['--good', '--warn', '--alarm'])
    expect([1, 60, 3000].map((seconds) => latencyColour(seconds))).toEqual(['--good', '--warn', '--alarm'])
  })

  it('has the levels of the log that the contract has', () => expect(LOG_LEVELS).toEqual(CONTRACT_LEVELS))
})
