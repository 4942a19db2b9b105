import { describe, expect, it } from 'vitest'
import { eventToWire } from '../../../../src/contract/event.ts'
import { matchesEvent, readEventQuery } from '../../../../src/web/events/event-query.ts'
import { exampleEvent } from '../../../helpers/example-event.ts'

const read = (text: string) => readEventQuery(new URLSearchParams(text))
const event = eventToWire(exampleEvent(0), 1)

describe('the query of the events', () => {
  it('is read from the address; what it does not understand is left out', () => {
    expect(read('minimumStations=3&state=vetoed&station=CI_CLC&from=2019-07-04')).toEqual({
      from: '2019-07-04T00:00:00.000Z',
      to: undefined,
      station: 'CI_CLC',
      minimumStations: 3,
      state: 'vetoed',
    })
    expect(Object.values(read('minimumStations=2.5&state=odd&to=soon&station='))).toEqual(Array(5).fill(undefined))
  })

  it('decides whether an event that has just come belongs into the list', () => {
    expect(matchesEvent({ station: 'CI_CLC', minimumStations: 4, state: 'open', from: event.time }, event)).toBe(true)
    expect(matchesEvent({ station: 'CI_CLX' }, event)).toBe(false)
    expect(matchesEvent({ minimumStations: 5 }, event)).toBe(false)
    expect(matchesEvent({ state: 'closed' }, event)).toBe(false)
    expect(matchesEvent({ to: event.time }, event)).toBe(false)
  })
})
