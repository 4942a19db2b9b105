import { describe, expect, it } from 'vitest'
import { occasionOfMessage } from '../../../../src/app/alerts/occasions.ts'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import type { EventWire } from '../../../../src/contract/event.ts'
import { closed, EXAMPLE_TIME, exampleDetection } from '../../../helpers/example-detection.ts'

const open = detectionToWire(exampleDetection(0), { seq: 1, latency: {} })
const over = detectionToWire(closed(exampleDetection(0)), { seq: 2, latency: {} })
const label = (value: 'noise' | 'earthquake' | null) => ({
  seq: 7,
  type: 'label' as const,
  id: open.id,
  station: open.station,
  instrument: open.instrument,
  label: value && { value, by: 'Ann', time: '2019-07-04T18:00:00.000000Z' },
})
const member = (station: string, phase: 'P' | 'S', score: number) => ({
  detection: `${station}-d`,
  station,
  instrument: `${station}_00_HH`,
  onset: open.onset.time,
  score,
  phase,
  residualSeconds: null,
  distanceKm: null,
})
const event: EventWire = {
  seq: 3,
  type: 'event',
  id: 'e1',
  state: 'open',
  revision: 1,
  time: open.onset.time,
  firstOnset: open.onset.time,
  stations: 2,
  rule: 'network',
  nearest: 'CI_CLC',
  location: null,
  members: [member('CI_CLC', 'P', 0.97), member('CI_TOW', 'P', 0.99), member('CI_TOW', 'S', 0.96)],
}

describe('occasionOfMessage', () => {
  it('begins with the opening of a detection and ends with its closing, when its duration is known', () => {
    expect(occasionOfMessage(open, undefined)).toMatchObject({
      kind: 'detection',
      subject: open.id,
      phase: 'begin',
      state: 'open',
      time: EXAMPLE_TIME,
      lane: 'CI_CLC',
      title: 'Earthquake at CI_CLC, 2019-07-04 17:33:49 UTC, score 0.97',
    })
    const sure = { ...open, peak: { ...open.peak, score: 0.99993 } }
    expect(occasionOfMessage(sure, undefined)?.title).toMatch(/score >\.99$/)
    expect(occasionOfMessage(over, undefined)).toMatchObject({ phase: 'end', state: 'closed', durationSeconds: 10 })
  })

  it('takes a detection back when a person calls it noise, and only then', () => {
    expect(occasionOfMessage(label('noise'), over)).toMatchObject({ phase: 'cancel', state: 'cancelled-7', label: 'noise' })
    expect(occasionOfMessage(label('earthquake'), over)).toMatchObject({
      phase: 'update',
      state: 'labelled-7',
      label: 'earthquake',
    })
    expect(occasionOfMessage(label(null), over)).toMatchObject({ phase: 'update', label: 'none' })
    expect(occasionOfMessage(label('noise'), undefined)).toBeUndefined()
  })

  it('follows an event through its revisions, and counts the stations that count', () => {
    expect(occasionOfMessage(event, undefined)).toMatchObject({
      kind: 'event',
      phase: 'begin',
      state: 'open-1',
      stations: ['CI_CLC', 'CI_TOW'],
      score: 0.99,
      title: 'Earthquake near CI_CLC, 2019-07-04 17:33:49 UTC, 2 stations',
    })
    expect(occasionOfMessage({ ...event, revision: 2 }, undefined)).toMatchObject({ phase: 'update', state: 'open-2' })
    expect(occasionOfMessage({ ...event, revision: 3, state: 'closed' }, undefined)).toMatchObject({ phase: 'end' })
    const vetoed = { ...event, revision: 4, state: 'vetoed', reason: 'simultaneous-onsets' } as const
    expect(occasionOfMessage(vetoed, undefined)).toMatchObject({ phase: 'cancel', reason: 'simultaneous-onsets' })
  })
})
