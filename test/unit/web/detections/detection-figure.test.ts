import { describe, expect, it } from 'vitest'
import { detectionToWire } from '../../../../src/contract/detection.ts'
import { figureOf, highpassed, readingAt, spanOf } from '../../../../src/web/detections/detection-figure.ts'
import { EXAMPLE_FACTS, exampleDetection } from '../../../helpers/example-detection.ts'

const detection = detectionToWire(exampleDetection(0, { relevance: EXAMPLE_FACTS }), { seq: 1, latency: {} })
const onset = Date.parse(detection.onset.time)
const at = (seconds: number) => new Date(onset + seconds * 1000).toISOString()
const ramp = (length: number, factor: number) => Array.from({ length }, (_, i) => i * factor)

const figure = figureOf({
  detection,
  waveform: { startTime: at(-10), rate: 20, Z: ramp(601, 1), N: ramp(601, -2), E: ramp(601, 0) },
  relevance: { startTime: at(-5), rate: 20, beta: 0, Z: ramp(501, 1), N: ramp(501, 1), E: ramp(501, 1) },
  scores: [
    { endTime: at(2), strideSeconds: 1, scores: [0.5, 0.9] },
    { endTime: at(8), strideSeconds: 1, scores: [0.7] },
  ],
  thresholds: { on: 0.9, off: 0.5 },
})

describe('the figure of a detection', () => {
  it('counts seconds from the onset', () => {
    expect([figure.from, figure.to]).toEqual([-10, 20])
    expect(figure.relevance?.from).toBe(-5)
    expect(figure.scores.map((each) => each.at)).toEqual([2, 3, 8])
    expect(figure.sGuessSeconds).toBe(EXAMPLE_FACTS.sGuessSeconds)
  })

  it('measures amplitudes from the mean', () => {
    expect(figure.traces.map(({ mean, peak }) => [mean, peak])).toEqual([
      [300, 300],
      [-600, 600],
      [0, 0],
    ])
  })

  it('reads the samples at a moment, and the score of the window that ends next', () => {
    expect(readingAt(figure, -9.95)).toEqual({ values: [1, -2, 0], score: undefined })
    expect(readingAt(figure, 2.4)).toEqual({ values: [248, -496, 0], score: 0.9 })
    expect(readingAt(figure, 100)).toEqual({ values: [undefined, undefined, undefined], score: undefined })
  })

  it('can show all of it, the best window, or the onset, never more than there is', () => {
    expect(spanOf(figure, 'all')).toEqual({ from: -10, to: 20 })
    expect(spanOf(figure, 'window')).toEqual({ from: -5, to: 20 })
    expect(spanOf({ ...figure, to: 4 }, 'onset')).toEqual({ from: -3, to: 4 })
    expect(spanOf({ ...figure, relevance: undefined }, 'window')).toEqual({ from: -10, to: 20 })
  })

  it('can be without the long waves, which stay in the figure itself', () => {
    const wave = (hertz: number) => Array.from({ length: 1200 }, (_, i) => 1000 + 100 * Math.sin((2 * Math.PI * hertz * i) / 20))
    const waves = figureOf({
      detection,
      waveform: { startTime: at(-30), rate: 20, Z: wave(0.1), N: wave(5), E: wave(0.1) },
      relevance: null,
      scores: [],
      thresholds: undefined,
    })
    const [z, n] = highpassed(waves).traces
    const middle = (values: Float32Array) => values.slice(400, 800).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(middle(z!.values)).toBeLessThan(2)
    expect(middle(n!.values)).toBeGreaterThan(95)
    expect(waves.traces[0]!.peak).toBeCloseTo(100, 0)
  })
})
