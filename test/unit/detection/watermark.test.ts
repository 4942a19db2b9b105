import { describe, expect, it } from 'vitest'
import { Watermark } from '../../../src/detection/watermark.ts'
import type { StationId } from '../../../src/domain/source-id.ts'
import { seededRandom } from '../../helpers/signals.ts'

describe('the watermark', () => {
  it('is the second newest time of all stations, whatever the order in which they come', () => {
    const random = seededRandom(3)
    const watermark = new Watermark()
    const times = new Map<StationId, number>()
    for (let i = 0; i < 2000; i++) {
      const station = `XX_${Math.floor(7 * random())}` as StationId
      const time = Math.floor(1000 * random()) + i
      watermark.advance(station, time)
      times.set(station, Math.max(time, times.get(station) ?? 0))
      const second = [...times.values()].sort((a, b) => b - a)[1] ?? Number.NEGATIVE_INFINITY
      expect(watermark.time).toBe(second)
      expect(new Watermark(structuredClone(watermark.snapshot())).time).toBe(second)
    }
  })
})
