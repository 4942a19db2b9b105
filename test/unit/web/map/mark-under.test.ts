import { describe, expect, it } from 'vitest'
import { eventToWire } from '../../../../src/contract/event.ts'
import type { StationStatus } from '../../../../src/contract/health.ts'
import { mapStations } from '../../../../src/web/map/map-stations.ts'
import { markUnder } from '../../../../src/web/map/mark-under.ts'
import { fitView, project } from '../../../../src/web/map/projection.ts'
import { exampleEvent } from '../../../helpers/example-event.ts'

const SIZE = { width: 800, height: 500 }
const event = eventToWire(exampleEvent(0), 1)
const { placed } = mapStations(
  [0, 1].map((i) => ({
    station: `CI_S${i}`,
    instrument: `CI_S${i}__HH`,
    state: 'ok',
    coordinates: { latitude: 35.2 + i, longitude: -117 },
  })) as unknown as StationStatus[],
)
const look = {
  view: fitView(
    placed.map(({ place }) => place),
    SIZE,
  ),
  size: SIZE,
}
const marks = { stations: placed, events: [event, { ...event, id: 'nowhere', location: null }] }

describe('the mark under a point', () => {
  it('is the nearest within reach', () => {
    const { x, y } = project(look.view, SIZE, placed[1]!.place)
    expect(markUnder({ x: x + 6, y }, marks, look, 4)).toMatchObject({
      kind: 'station',
      station: { station: placed[1]!.station },
    })
    expect(markUnder({ x: x + 12, y }, marks, look, 4)).toBeUndefined()
    expect(markUnder({ x: x + 12, y }, marks, look, 8)).toMatchObject({ kind: 'station' })
  })

  it('may be an epicentre', () => {
    expect(markUnder(project(look.view, SIZE, event.location!), marks, look, 4)).toMatchObject({
      kind: 'event',
      event: { id: event.id },
    })
  })

  it('is the station where both are at one place', () => {
    const there = { ...event, location: { ...event.location!, ...placed[0]!.place } }
    const at = project(look.view, SIZE, placed[0]!.place)
    expect(markUnder(at, { stations: placed, events: [there] }, look, 4)?.kind).toBe('station')
  })
})
