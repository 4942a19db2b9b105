import { describe, expect, it } from 'vitest'
import { separableEvents } from '../../../src/detection/separable-events.ts'
import type { CatalogueEvent } from '../../../src/domain/catalogue.ts'
import type { StationId } from '../../../src/domain/source-id.ts'

const at = (second: number, station?: string): CatalogueEvent => ({
  time: second * 1e6,
  ...(station && { station: station as StationId }),
})

describe('separableEvents', () => {
  it('keeps what has no other event within the spacing, neither before nor after it, in whatever order they come', () => {
    const events = [at(130), at(50), at(75), at(99.9), at(155)]
    const separable = separableEvents(events, 25)
    expect(events.filter((event) => separable.has(event)).map(({ time }) => time / 1e6)).toEqual([130, 50, 155])
  })

  it('looks at each station alone', () => {
    const events = [at(50, 'XX_A'), at(60, 'XX_B'), at(70, 'XX_A')]
    expect(separableEvents(events, 15).size).toBe(3)
    expect([...separableEvents(events, 25)]).toEqual([events[1]])
  })
})
