import { describe, expect, it } from 'vitest'
import { type DetectionWire, detectionToWire } from '../../../../src/contract/detection.ts'
import { type DetectionQuery, matches } from '../../../../src/web/detections/detection-query.ts'
import { neighboursOf } from '../../../../src/web/detections/neighbours.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

/** Seconds after the beginning; two at the same moment, then a long silence. */
const STORED = [0, 40, 40, 41, 90_000, 40 * 86_400].map((seconds, i) => ({
  ...detectionToWire(exampleDetection(seconds), { seq: i + 1, latency: {} }),
  id: `d${i}`,
  state: i === 3 ? ('open' as const) : ('closed' as const),
}))

/** As the store answers: newest onset first, then by id. */
async function search({ limit, ...query }: DetectionQuery & { limit: number }) {
  const found = STORED.filter((each) => matches(query, each)).sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1))
  return { detections: found.slice(0, limit), cursor: found.length > limit ? 'more' : null }
}

const sortKey = ({ onset, id }: DetectionWire) => `${onset.time} ${id}`
const idsAround = async (index: number, query: DetectionQuery = {}) => {
  const { newer, older } = await neighboursOf(STORED[index]!, query, search)
  return [older?.id, newer?.id]
}

describe('the detections beside one', () => {
  it('are the next ones of the table, also at the same moment and after days', async () => {
    expect(await idsAround(1)).toEqual(['d0', 'd2'])
    expect(await idsAround(2)).toEqual(['d1', 'd3'])
    expect(await idsAround(3)).toEqual(['d2', 'd4'])
  })

  it('end where the table ends', async () => {
    expect(await idsAround(0)).toEqual([undefined, 'd1'])
    expect(await idsAround(5)).toEqual(['d4', undefined])
  })

  it('fit the filter of the table, though the detection itself may not', async () => {
    expect(await idsAround(3, { state: 'closed' })).toEqual(['d2', 'd4'])
    expect(await idsAround(2, { state: 'closed' })).toEqual(['d1', 'd4'])
    expect(await idsAround(3, { from: STORED[3]!.onset.time, to: STORED[4]!.onset.time })).toEqual([undefined, undefined])
  })
})
