import { describe, expect, it } from 'vitest'
import { describeVariant, TriggerVariants } from '../../../../src/app/evaluation/trigger-variants.ts'
import type { InstrumentId } from '../../../../src/domain/source-id.ts'
import type { ScoredWindow } from '../../../../src/domain/window.ts'

const HH = 'XX_A__HH' as InstrumentId
const TRIGGER = {
  on: 0.9,
  off: 0.5,
  minimumSeconds: 2,
  maximumSeconds: 300,
  deadSeconds: 25,
  holdSeconds: 0,
  retriggerRatio: 0,
  retriggerSeconds: 12,
  gridRate: 20,
  model: 'm',
  config: 'c',
}

describe('TriggerVariants', () => {
  it('plays one stream of scores through every setting: thresholds, minimum durations, and strides by leaving windows out', () => {
    const triggers = new TriggerVariants(
      [
        { strideSeconds: 0.5 },
        { strideSeconds: 1 },
        { strideSeconds: 1, minimumSeconds: 6 },
        { strideSeconds: 1, on: 0.99 },
        { strideSeconds: 4 },
      ],
      { gridRate: 20, windowSeconds: 25, optionsOf: () => ({ ...TRIGGER, pickOnset: () => undefined }) },
    )
    // Up from 100.5 s to 104.5 s.
    for (let half = 0; half < 400; half++) triggers.push(scored(half / 2, half >= 201 && half <= 209 ? 0.95 : 0.1))
    triggers.end()
    const found = triggers.results().map(({ record }) => record.instruments()[0])
    expect(found.map((one) => one?.detections.length)).toEqual([1, 1, 0, 0, 0])
    expect(found.map((one) => one?.scoredWindows)).toEqual([400, 200, 200, 200, 50])
    // Ends of windows: 25 s less one sample after their starts.
    expect(found.slice(0, 2).map((one) => (one?.detections[0]?.on ?? 0) / 1e6 - 24.95)).toEqual([100.5, 101])
  })

  it('names a setting by what differs', () => {
    expect(describeVariant({ strideSeconds: 1, on: 0.9, minimumSeconds: 2 })).toBe('on 0.9, minimum 2 s, stride 1 s')
  })
})

function scored(second: number, score: number): ScoredWindow {
  const firstIndex = Math.round(second * 20)
  const window = {
    kind: 'window',
    instrument: HH,
    firstIndex,
    startTime: second * 1e6,
    samples: new Float64Array(500 * 3),
  } as const
  return { kind: 'scored', instrument: HH, window, input: new Float32Array(0), score }
}
