import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import { latencyBudget } from '../../../../src/web/detections/latency-budget.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

describe('the latency of a detection', () => {
  const detection = detectionToWire(exampleDetection(0), { seq: 1, latency: { packetSeconds: 0.4, processingSeconds: 0.003 } })

  it('is told step by step, in the time of the data and of the clock', () => {
    const steps = latencyBudget(detection, 4)
    expect(steps.map(({ kind, seconds }) => [kind, seconds])).toEqual([
      ['data', (Date.parse(detection.on) - Date.parse(detection.onset.time)) / 1000],
      ['data', 4],
      ['clock', 0.4],
      ['clock', 0.003],
      ['clock', undefined],
    ])
  })

  it('is not made up where it was not measured', () => {
    const replayed = latencyBudget({ ...detection, latency: {} }, undefined)
    expect(replayed.slice(1).every(({ seconds }) => seconds === undefined)).toBe(true)
  })
})
