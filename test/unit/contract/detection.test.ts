import { describe, expect, it } from 'vitest'
import { detectionSchema, detectionToWire } from '../../../src/contract/detection.ts'
import type { Detection } from '../../../src/domain/detection.ts'
import { parseInstrumentId, parseStationId } from '../../../src/domain/source-id.ts'
import { EXAMPLE_FACTS } from '../../helpers/example-detection.ts'

const onset = 1_562_261_629_050_001

const detection: Detection = {
  id: 'CI_CLC_00_HH-1562261629050001-abc',
  state: 'open',
  station: parseStationId('CI_CLC')!,
  instrument: parseInstrumentId('CI_CLC_00_HH')!,
  onset: { time: onset, uncertaintySeconds: 0.1, method: 'aic' },
  on: onset + 3_000_000,
  off: null,
  peak: { time: onset + 5_000_000, score: Math.fround(0.97) },
  model: 'first@abc',
  config: 'def',
  quality: { gaps: 0, windows: 3, isTruncated: false, snrDb: 12.5, peakAmplitude: 4200 },
}

describe('detectionToWire', () => {
  it('gives the documented object in the documented order', () => {
    expect(JSON.stringify(detectionToWire(detection, { seq: 7, latency: { packetSeconds: 1.5 } }))).toMatchInlineSnapshot(
      `"{"seq":7,"type":"detection","id":"CI_CLC_00_HH-1562261629050001-abc","state":"open","station":"CI_CLC","instrument":"CI_CLC_00_HH","onset":{"time":"2019-07-04T17:33:49.050001Z","uncertaintySeconds":0.1,"method":"aic"},"on":"2019-07-04T17:33:52.050001Z","off":null,"peak":{"time":"2019-07-04T17:33:54.050001Z","score":0.9700000286102295},"model":"first@abc","config":"def","quality":{"gaps":0,"windows":3,"isTruncated":false,"snrDb":12.5,"peakAmplitude":4200},"latency":{"packetSeconds":1.5}}"`,
    )
  })

  it('fits its own schema, open or closed, with and without label and reason', () => {
    const closed = detectionToWire(
      { ...detection, state: 'closed', off: onset + 9_000_000, reason: 'score fell' },
      { seq: 8, latency: {}, label: { value: 'blast', by: 'ann', time: onset } },
    )
    expect(detectionSchema.parse(closed)).toEqual(closed)
    expect(closed.label).toEqual({ value: 'blast', by: 'ann', time: '2019-07-04T17:33:49.050001Z' })
    const open = detectionToWire(detection, { seq: 0, latency: {} })
    expect(detectionSchema.parse(open)).toEqual(open)
  })

  it('carries what the relevance says of an explained detection', () => {
    const wire = detectionToWire({ ...detection, relevance: EXAMPLE_FACTS }, { seq: 0, latency: {} })
    expect(detectionSchema.parse(wire)).toEqual(wire)
    expect(wire.relevance).toEqual(EXAMPLE_FACTS)
  })

  it('refuses a time without microseconds and a score above one', () => {
    const wire = detectionToWire(detection, { seq: 1, latency: {} })
    expect(detectionSchema.safeParse({ ...wire, on: '2019-07-04T17:33:52Z' }).success).toBe(false)
    expect(detectionSchema.safeParse({ ...wire, peak: { ...wire.peak, score: 1.1 } }).success).toBe(false)
  })
})
