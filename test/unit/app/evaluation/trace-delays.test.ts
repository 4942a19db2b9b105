import { describe, expect, it } from 'vitest'
import { TraceDelays } from '../../../../src/app/evaluation/trace-delays.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

const TRIGGER = {
  on: 0.9,
  off: 0.5,
  minimumSeconds: 2,
  maximumSeconds: 300,
  deadSeconds: 25,
  holdSeconds: 0,
  retriggerRatio: 0,
  retriggerSeconds: 12,
  model: 'm',
  config: 'c',
}

describe('TraceDelays', () => {
  it('measures from P to the window that publishes the detection, and counts false ones on noise', () => {
    const delays = new TraceDelays(
      [{ strideSeconds: 1 }, { strideSeconds: 1, minimumSeconds: 5 }, { strideSeconds: 2 }],
      loudness(),
      TRIGGER,
    )
    // P at row 800 of a grid that begins at a whole second; windows of 100 rows (5 s) see it 10 rows after it came.
    delays.add(gridTrace({ rows: 2000, pRow: 800, firstIndex: 1000, seed: 1 }))
    delays.add(gridTrace({ rows: 2000, pRow: 60, firstIndex: 1000, seed: 2 }))
    delays.add(gridTrace({ rows: 2000, firstIndex: 1000, seed: 3 }))
    const [first, longer, coarse] = delays.results()
    // The second event has no whole window before P.
    expect(first).toMatchObject({ events: 1, detected: 1, falseDetections: 0 })
    expect(first?.medianDelaySeconds).toBeCloseTo(0.95 + 2, 1)
    expect(longer?.medianDelaySeconds).toBeCloseTo((first?.medianDelaySeconds ?? 0) + 3, 6)
    expect(coarse?.medianDelaySeconds).toBeGreaterThanOrEqual(first?.medianDelaySeconds ?? 0)
    expect(first?.noiseDays).toBeCloseTo(96 / 86_400, 6)
  })
})

/** A detector that looks for samples beyond what the noise has. */
function loudness() {
  return {
    sampleRate: 20,
    weigh: (score: number) => score,
    preprocess: (raw: Float64Array, out: Float32Array) => {
      out.set(raw)
      return true
    },
    classifier: {
      windowLength: 100,
      channels: 3,
      classify: (window: Float32Array) => Float32Array.of(window.some((value) => Math.abs(value) > 1) ? 0.99 : 0.01),
    },
  }
}
