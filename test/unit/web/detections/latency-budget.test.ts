import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import type { Journey } from '../../../../src/contract/journey.ts'
import { journeyOf, latencyBudget, stepText } from '../../../../src/web/detections/latency-budget.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

describe('the latency of a detection', () => {
  const latency = {
    packetSeconds: 0.4,
    queueSeconds: 0.001,
    scoringSeconds: 0.002,
    decidingSeconds: 0.003,
    processingSeconds: 0.006,
  }
  const detection = detectionToWire(exampleDetection(0), { seq: 1, latency })
  const journey: Journey = {
    seq: 1,
    state: 'open',
    latency,
    storeSeconds: 0.004,
    screens: [
      { client: 3, sentSeconds: 0.0005 },
      { client: 4, sentSeconds: 0.0006, shown: { seconds: 0.02, uncertaintySeconds: 0.0002 } },
      { client: 5, sentSeconds: 0.0007, shown: { seconds: 0.03, uncertaintySeconds: 0.0003 } },
    ],
  }

  it('is told step by step, in the time of the data and of the clock', () => {
    const steps = latencyBudget(detection, journey, { minimumSeconds: 4, client: 5 })
    expect(steps.map(({ kind, seconds }) => [kind, seconds])).toEqual([
      ['data', (Date.parse(detection.on) - Date.parse(detection.onset.time)) / 1000],
      ['data', 4],
      ['clock', 0.4],
      ['clock', 0.001],
      ['clock', 0.002],
      ['clock', 0.003],
      ['clock', 0.004],
      ['clock', 0.0007],
      ['clock', 0.03],
    ])
  })

  it('is that of this page, or of the first that drew it', () => {
    const sent = (client?: number) => latencyBudget(detection, journey, { client }).at(-2)
    expect(sent(3)).toMatchObject({ seconds: 0.0005, note: 'handed to the socket of this page' })
    expect(sent(9)).toMatchObject({ seconds: 0.0006, note: 'handed to the socket of another page' })
    expect(sent()).toMatchObject({ seconds: 0.0006 })
  })

  it('has no time of the data at the end of a detection', () => {
    const end = latencyBudget(detection, { ...journey, state: 'closed' }, { minimumSeconds: 4 })
    expect(end.every(({ kind }) => kind === 'clock')).toBe(true)
  })

  it('is as far as the detection itself knows when its journey is not', () => {
    expect(journeyOf(detection, [journey], 'open')).toBe(journey)
    expect(journeyOf(detection, [], 'closed')).toBeUndefined()
    const steps = latencyBudget(detection, journeyOf(detection, [], 'open'), {})
    expect(steps.slice(2).map(stepText)).toEqual(['400 ms', '1.0 ms', '2.0 ms', '3.0 ms', '–', '–', '–'])
  })

  it('is not made up where it was not measured', () => {
    const archived = { ...detection, latency: {} }
    const replayed = latencyBudget(archived, journeyOf(archived, [], 'open'), {})
    expect(replayed.slice(1).every(({ seconds }) => seconds === undefined)).toBe(true)
  })

  it('says that data are ahead instead of a time below zero', () => {
    expect(stepText({ seconds: -180 })).toBe('3 min ahead')
    expect(stepText({ seconds: -0.0001, uncertaintySeconds: 0.0004 })).toBe('-0.1 ms ± 0.4 ms')
  })

  it('says how far the clocks of page and monitor may differ', () => {
    expect(stepText({ seconds: 0.0304, uncertaintySeconds: 0.0003 })).toBe('30.4 ms ± 0.3 ms')
  })
})
