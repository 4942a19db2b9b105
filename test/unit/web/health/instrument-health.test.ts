import { describe, expect, it } from 'vitest'
import { LOG_LEVELS as CONTRACT_LEVELS } from '../../../../src/contract/health-history.ts'
import {
  availabilityColour,
  latencyColour,
  latencyShare,
  rowOf,
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
