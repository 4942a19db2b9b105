import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import type { StationStatus } from '../../../../src/contract/health.ts'
import { Arrivals, dataTimeOf, detectionStrength } from '../../../../src/web/map/map-scene.ts'
import { exampleDetection } from '../../../helpers/example-detection.ts'

const detection = detectionToWire(exampleDetection(0), { seq: 1, latency: {} })
const onset = Date.parse(detection.onset.time)
const on = Date.parse(detection.on)

describe('what a map shows of detections', () => {
  it('fades for ten minutes of data time', () => {
    expect(detectionStrength(detection, onset)).toBe(1)
    expect(detectionStrength(detection, onset + 300_000)).toBeCloseTo(0.5)
    expect(detectionStrength(detection, onset + 600_001)).toBe(0)
  })

  it('takes the time of the data from the stations, or from what was detected when none has sent', () => {
    const station = { lastSampleTime: '2020-01-01T00:00:00Z' } as StationStatus
    expect(dataTimeOf([station, { lastSampleTime: null } as StationStatus], [detection])).toBe(Date.UTC(2020, 0, 1))
    expect(dataTimeOf([], [detection])).toBe(on)
  })

  it('flashes what is new, once, and not the past that comes with the connection', () => {
    const arrivals = new Arrivals()
    const old = { ...detection, id: 'old', on: new Date(on - 3_600_000).toISOString() }
    arrivals.note([old, detection], on, 1000)
    expect(arrivals.flashes(1000)).toEqual([{ id: detection.id, phase: 0 }])
    expect(arrivals.flashes(2500)).toEqual([{ id: detection.id, phase: 0.5 }])
    expect(arrivals.flashes(4000)).toEqual([])
    arrivals.note([old, detection], on, 5000)
    expect(arrivals.flashes(5000)).toEqual([])
  })
})
