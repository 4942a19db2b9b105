import { describe, expect, it } from 'vitest'
import { ContinuousRecord, clipToSpan } from '../../../../src/app/evaluation/continuous-record.ts'
import type { Detection } from '../../../../src/domain/detection.ts'
import type { InstrumentId } from '../../../../src/domain/source-id.ts'
import type { ScoredWindow } from '../../../../src/domain/window.ts'

const HH = 'XX_A__HH' as InstrumentId
const HN = 'XX_A__HN' as InstrumentId

describe('ContinuousRecord', () => {
  it('joins overlapping windows to spans and starts a new one after a gap', () => {
    const record = new ContinuousRecord(25)
    for (const second of [0, 1, 2, 100, 101]) record.addScore(scored(HH, second))
    record.addScore({ kind: 'gap', instrument: HH, cause: 'missing' })
    expect(record.instruments()).toEqual([
      {
        station: 'XX_A',
        scoredWindows: 5,
        scoredSpans: [
          { start: 0, end: 27e6 },
          { start: 100e6, end: 126e6 },
        ],
        detections: [],
      },
    ])
  })

  it('counts a detection once however often it is published, and instruments apart', () => {
    const record = new ContinuousRecord(25)
    record.addDetection(detection(HN, 'b', 5))
    record.addDetection(detection(HH, 'a', 3))
    record.addDetection(detection(HH, 'a', 3))
    expect(record.instruments().map(({ detections }) => detections)).toEqual([
      [{ onset: 3e6, on: 4e6, off: 9e6, score: 0.99 }],
      [{ onset: 5e6, on: 6e6, off: 9e6, score: 0.99 }],
    ])
  })
})

describe('clipToSpan', () => {
  it('keeps what lies between two times, and windows in proportion', () => {
    const record = new ContinuousRecord(25)
    for (let second = 0; second <= 75; second++) record.addScore(scored(HH, second))
    record.addDetection(detection(HH, 'a', 10))
    record.addDetection(detection(HH, 'b', 60))
    const clipped = clipToSpan(record.byInstrument(), { to: 50e6 }).get(HH)
    expect(clipped?.scoredSpans).toEqual([{ start: 0, end: 50e6 }])
    expect(clipped?.scoredWindows).toBe(38)
    expect(clipped?.detections.map(({ onset }) => onset)).toEqual([10e6])
    expect(clipToSpan(record.byInstrument(), {}).get(HH)).toEqual(record.byInstrument().get(HH))
  })
})

function scored(instrument: InstrumentId, second: number): ScoredWindow {
  const window = {
    kind: 'window',
    instrument,
    firstIndex: second * 20,
    startTime: second * 1e6,
    samples: new Float64Array(0),
  } as const
  return { kind: 'scored', instrument, window, input: new Float32Array(0), score: 0.1 }
}

function detection(instrument: InstrumentId, id: string, second: number): Detection {
  const onset = { time: second * 1e6, uncertaintySeconds: 0.1, method: 'aic' } as const
  return { id, instrument, onset, on: (second + 1) * 1e6, off: 9e6, peak: { time: 0, score: 0.99 } } as Detection
}
