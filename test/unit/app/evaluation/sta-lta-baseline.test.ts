import { describe, expect, it } from 'vitest'
import { StaLtaBaseline, type StaLtaSettings } from '../../../../src/app/evaluation/sta-lta-baseline.ts'
import { bestThreshold, STA_LTA_GRID, StaLtaTuning } from '../../../../src/app/evaluation/sta-lta-windows.ts'
import type { InstrumentDetections } from '../../../../src/detection/catalogue-matching.ts'
import { type InstrumentId, stationOfInstrument } from '../../../../src/domain/source-id.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'
import { gaussianNoise } from '../../../helpers/signals.ts'

const HH = 'XX_A__HH' as InstrumentId
const SETTINGS: StaLtaSettings = { shortSeconds: 0.5, longSeconds: 10, lowHz: 2, highHz: 8, components: 'all', on: 4 }
const GRID_RATE = 20
const START = 1000 * GRID_RATE

describe('StaLtaBaseline', () => {
  it('detects bursts at their onset, once per dead time, the weaker ones at the lower threshold only', () => {
    const baseline = new StaLtaBaseline(SETTINGS, { thresholds: [4, 12], gridRate: GRID_RATE, deadSeconds: 25 })
    baseline.push(frame(START, noise({ 60: 100, 70: 100, 150: 3 })))
    const [low, high] = [0, 1].map((index) => onsets(baseline, index))
    expect(low).toHaveLength(2)
    expect(low?.[0]).toBeGreaterThanOrEqual(1060)
    expect(low?.[0]).toBeLessThan(1060.5)
    expect(low?.[1]).toBeGreaterThanOrEqual(1150)
    expect(high).toHaveLength(1)
  })

  it('warms up again after a gap, and leaves out what lies outside the hours that the network scored', () => {
    const baseline = new StaLtaBaseline(SETTINGS, { thresholds: [4], gridRate: GRID_RATE, deadSeconds: 25 })
    baseline.push(frame(START, noise({ 60: 100 })))
    baseline.push({ kind: 'gap', instrument: HH, cause: 'missing' })
    baseline.push(frame(START + 300 * GRID_RATE, noise({ 5: 100, 100: 100 })))
    const found = onsets(baseline, 0)
    expect(found.map((second) => Math.floor(second))).toEqual([1060, 1400])
    expect(onsets(baseline, 0, [{ start: 1300e6, end: 1500e6 }])).toHaveLength(1)
  })
})

describe('StaLtaTuning', () => {
  it('finds a setting and a ratio that tell events from noise', () => {
    const tuning = new StaLtaTuning({ windowLength: 501, sampleRate: GRID_RATE })
    for (let seed = 1; seed <= 4; seed++) {
      tuning.add(gridTrace({ rows: 2400, pRow: 1200, seed }))
      tuning.add(gridTrace({ rows: 2400, seed: seed + 10 }))
    }
    const best = tuning.best()
    expect(STA_LTA_GRID).toContainEqual({ ...best, on: undefined })
    expect(best?.on).toBeGreaterThan(1)
  })

  it('has nothing to say without noise', () => {
    const tuning = new StaLtaTuning({ windowLength: 501, sampleRate: GRID_RATE })
    tuning.add(gridTrace({ rows: 2400, pRow: 1200 }))
    expect(tuning.best()).toBeUndefined()
  })

  it('puts the threshold where both classes together are called right most often', () => {
    const score = (value: number, isEarthquake: boolean) => ({ score: value, isEarthquake })
    expect(
      bestThreshold([score(9, true), score(7, true), score(5.18, true), score(4, false), score(2, false), score(8, false)]),
    ).toBe(5.1)
  })
})

function frame(firstIndex: number, samples: Float64Array) {
  return { kind: 'frame', instrument: HH, firstIndex, samples } as const
}

/** 200 s of noise with bursts of a second: second → amplitude. */
function noise(bursts: Readonly<Record<number, number>>): Float64Array {
  return gaussianNoise(200 * GRID_RATE * 3, 3).map((value, i) => value * (1 + (bursts[Math.floor(i / 3 / GRID_RATE)] ?? 0)))
}

function onsets(baseline: StaLtaBaseline, index: number, spans = [{ start: 0, end: 1e12 }]): number[] {
  const network: InstrumentDetections = {
    station: stationOfInstrument(HH),
    scoredWindows: 10,
    scoredSpans: spans,
    detections: [],
  }
  return baseline
    .instruments(new Map([[HH, network]]), index)
    .flatMap(({ detections }) => detections.map(({ onset }) => onset / 1e6))
}
