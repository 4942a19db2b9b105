import { describe, expect, it } from 'vitest'
import { eventSchema, eventToWire } from '../../../src/contract/event.ts'
import { exampleEvent } from '../../helpers/example-event.ts'

describe('eventToWire', () => {
  it('gives what the schema promises, with and without a location', () => {
    for (const event of [exampleEvent(0), exampleEvent(1, { location: null, state: 'vetoed', reason: 'simultaneous-onsets' })]) {
      const wire = eventToWire(event, 7)
      expect(eventSchema.parse(wire)).toEqual(wire)
      expect(wire.seq).toBe(7)
    }
  })

  it('writes times as all messages do', () => {
    const wire = eventToWire(exampleEvent(0), 1)
    expect(wire.firstOnset).toBe('2019-07-04T17:33:49.000000Z')
    expect(wire.time).toBe('2019-07-04T17:33:45.000000Z')
    expect(wire.location?.time).toBe(wire.time)
  })
})
