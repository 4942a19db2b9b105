import { describe, expect, it } from 'vitest'
import { MOST_ONSET_RATIO, WEIGHED_FROM } from '../../../src/domain/onset-spec.ts'
import type { InstrumentId } from '../../../src/domain/source-id.ts'
import { ONSET_FLOOR, type ScoredWindow } from '../../../src/domain/window.ts'
import { createOnsetMeter } from '../../../src/signal/onset-meter.ts'
import { createOnsetWeight, weighByOnset, withOnset } from '../../../src/signal/onset-weight.ts'
import { seededRandom } from '../../helpers/signals.ts'

const RATE = 20
const ROWS = 501
const shape = { windowLength: ROWS, channels: 3, sampleRate: RATE }
const measure = createOnsetMeter({ ...shape, stride: RATE })
const spec = { neutralRatio: 7 }

/** Noise, ten times as loud from a row on. */
function groundOf(row = ROWS): Float64Array {
  const random = seededRandom(3)
  return Float64Array.from({ length: ROWS * 3 }, (_, i) => (Math.floor(i / 3) >= row ? 10 : 1) * (random() - 0.5))
}

describe('a score weighed by an onset', () => {
  it('has the odds of the network times the power ratio over the neutral one', () => {
    expect(weighByOnset(0.5, 7, spec)).toBe(0.5)
    expect(weighByOnset(0.5, 21, spec)).toBeCloseTo(0.75, 7)
    expect(weighByOnset(0.75, 14, spec)).toBeCloseTo(6 / 7, 7)
    expect(weighByOnset(0.9, 3.5, spec)).toBeCloseTo(4.5 / 5.5, 7)
  })

  it('takes the ratio between 2 and 100: noise always rises a little, and louder than 20 dB says no more', () => {
    expect(weighByOnset(0.9, 0, spec)).toBe(weighByOnset(0.9, 2, spec))
    expect(weighByOnset(0.4, 1e9, spec)).toBe(weighByOnset(0.4, 100, spec))
  })

  it('leaves what is noise to the network alone, and makes nothing noise that is not', () => {
    expect(weighByOnset(0.031, 100, spec)).toBe(0.031)
    expect(weighByOnset(WEIGHED_FROM, 0, spec)).toBeGreaterThanOrEqual(WEIGHED_FROM)
    expect(weighByOnset(0.05, 2, spec)).toBeGreaterThanOrEqual(WEIGHED_FROM)
  })

  it('leaves nothing alone that the clearest onset would make an earthquake', () => {
    const odds = WEIGHED_FROM / (1 - WEIGHED_FROM)
    expect((odds * MOST_ONSET_RATIO) / 4).toBeLessThan(1)
    expect(weighByOnset(0.04, MOST_ONSET_RATIO, { neutralRatio: 4 })).toBeGreaterThan(0.5)
  })

  it('rises with the score and with the onset, and stays a probability in single precision', () => {
    const random = seededRandom(5)
    for (let n = 0; n < 500; n++) {
      const score = Math.fround(random())
      const ratio = 200 * random() ** 3
      const weighed = weighByOnset(score, ratio, spec)
      expect(Math.fround(weighed)).toBe(weighed)
      expect(weighed).toBeGreaterThanOrEqual(0)
      expect(weighed).toBeLessThan(1)
      expect(weighByOnset(score, ratio + 1, spec)).toBeGreaterThanOrEqual(weighed)
      expect(weighByOnset(Math.fround(score + 0.001 * (1 - score)), ratio, spec)).toBeGreaterThanOrEqual(weighed)
    }
    for (const ratio of [2, 100]) {
      const most = weighByOnset(1, ratio, spec)
      expect(most).toBeLessThan(1)
      expect(Math.fround(most)).toBe(most)
      expect(most).toBeGreaterThan(0.999_999_9)
    }
    expect(weighByOnset(0, 100, spec)).toBe(0)
  })
})

describe('a scored window', () => {
  const instrument = 'XX_AAA_00_HH' as InstrumentId
  const scored = (score: number, row: number): ScoredWindow => {
    const window = { kind: 'window' as const, instrument, firstIndex: 2000, startTime: 100e6, samples: groundOf(row) }
    return { kind: 'scored', instrument, window, input: new Float32Array(0), score }
  }

  it('is weighed by its clearest onset, and says when the one in its newest rows is', () => {
    const seen = withOnset(scored(0.5, 450), measure, spec, RATE)
    expect(seen.score).toBeGreaterThan(0.85)
    expect(seen.arrival?.time).toBeCloseTo(100e6 + 450 * 50_000, -6)
    const earlier = withOnset(scored(0.5, 300), measure, spec, RATE)
    expect(earlier.score).toBeGreaterThan(0.85)
    expect(earlier.arrival).toBeUndefined()
  })

  it('loses where nothing becomes louder', () => {
    expect(withOnset(scored(0.9, ROWS), measure, spec, RATE).score).toBeLessThan(0.75)
  })

  it('keeps the score of the network where the card lets onsets not weigh, and still says the arrival', () => {
    const { score, arrival } = withOnset(scored(0.5, 450), measure, undefined, RATE)
    expect(score).toBe(0.5)
    expect(arrival).toBeDefined()
  })

  it('is not looked at when it is noise to the network', () => {
    const noise = scored(0.031, 450)
    expect(withOnset(noise, measure, spec, RATE)).toBe(noise)
    const unweighed = scored(0.19, 450)
    expect(withOnset(unweighed, measure, undefined, RATE)).toBe(unweighed)
  })

  it('says no arrival where the score is still low with it', () => {
    const { score, arrival } = withOnset(scored(0.05, 490), measure, spec, RATE)
    expect(score).toBeLessThan(ONSET_FLOOR)
    expect(arrival).toBeUndefined()
    expect(withOnset(scored(0.05, 450), measure, { neutralRatio: 1 }, RATE)).toMatchObject({
      arrival: { time: expect.any(Number) },
    })
  })

  it('gets live what it gets from files', () => {
    const weigh = createOnsetWeight(spec, shape)
    for (const score of [0.01, 0.1, 0.2, 0.5, 0.97])
      expect(weigh(score, groundOf(333))).toBe(withOnset(scored(score, 333), measure, spec, RATE).score)
    expect(createOnsetWeight(undefined, shape)(0.5, groundOf(333))).toBe(0.5)
  })
})
