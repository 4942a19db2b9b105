import { describe, expect, it } from 'vitest'
import { eventToWire } from '../../../../src/contract/event.ts'
import { depthText, ellipseText, stateText } from '../../../../src/web/events/event-words.ts'
import { exampleEvent } from '../../../helpers/example-event.ts'

const event = eventToWire(exampleEvent(0), 1)

describe('an event in words', () => {
  it('has a depth with all that fits as well, and an ellipse', () => {
    expect(depthText(event.location!)).toBe('11 km (2 to 24 km fit as well)')
    expect(depthText({ ...event.location!, depthKm: { value: 8, from: 8, to: 8 } })).toBe('8 km')
    expect(ellipseText({ ...event.location!, ellipse: { majorKm: 1234.4, minorKm: 3.24, azimuth: 0 } })).toBe(
      '± 1,234 km × 3.2 km',
    )
  })

  it('says what the state means, and why it was rejected', () => {
    expect(stateText(event)).toBe('Going on: the rule of the network is met, and stations may still join.')
    expect(stateText({ ...event, state: 'closed', rule: 'north' })).toContain('the rule of the group north is met')
    expect(stateText({ ...event, state: 'vetoed', reason: 'simultaneous-onsets' })).toContain('electricity')
    expect(stateText({ ...event, state: 'vetoed', reason: 'members-left' })).toContain('events that explain more')
  })
})
