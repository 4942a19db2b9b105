import { describe, expect, it } from 'vitest'
import { type GridTrace, windowOf } from '../../../../src/app/training/grid-trace.ts'
import { hardNoise } from '../../../../src/app/training/hard-noise.ts'
import { createTracePool } from '../../../../src/app/training/trace-pool.ts'
import { WindowSampler } from '../../../../src/app/training/window-sampler.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'
import { Random } from '../../../../src/nn/random.ts'
import { createPreprocessor } from '../../../../src/signal/preprocess.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

const SHAPE = { windowLength: 501, sampleRate: 20 }
const SIZE = 501 * 3
const DEFAULTS = trainingConfigSchema.parse({})
/** Nothing but the cut. */
const PLAIN = trainingConfigSchema.parse({
  preprocess: { detrend: 'none', highpassHz: null, normalise: 'none' },
  noise: { preEvent: 0.5, synthetic: 0, source: 0, disturbance: 0, reversal: 0 },
  augmentation: { noise: 0, polarity: 0, rotation: 0, gain: 0, deadComponent: 0, response: 0, clipping: 0, gap: 0 },
})

describe('WindowSampler', () => {
  it('gives the same windows for the same seed and others for another', () => {
    const bytes = (seed: number) => Buffer.from(sample(TRACES, DEFAULTS, seed).inputs.buffer)
    expect(bytes(5).equals(bytes(5))).toBe(true)
    expect(bytes(5).equals(bytes(6))).toBe(false)
  })

  it('gives finite windows scaled to 1, half of them earthquakes', () => {
    const { inputs, targets } = sample(TRACES, DEFAULTS, 1)
    expect(inputs.every(Number.isFinite)).toBe(true)
    for (let slot = 0; slot < targets.length; slot++) {
      const peak = inputs.subarray(slot * SIZE, (slot + 1) * SIZE).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(peak).toBeCloseTo(1, 5)
    }
    expect(targets.reduce((a, b) => a + b, 0)).toBe(targets.length / 2)
  })

  it('puts P anywhere from the start of an earthquake window to 2.5 s before its end', () => {
    const rows = startsOf(sample([squares({ rows: 2000, pRow: 1000 }), gridTrace({ rows: 600 })], PLAIN, 2))
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(1000 - 501 + 50)
    expect(Math.max(...rows)).toBeLessThanOrEqual(1000)
    expect(Math.max(...rows) - Math.min(...rows)).toBeGreaterThan(440)
  })

  it('ends noise from before an earthquake 3 s before P, and takes none where something else is loud', () => {
    const quiet = gridTrace({ rows: 2000, pRow: 1000 })
    const loud = gridTrace({ rows: 2000, pRow: 1000, seed: 2 })
    loud.samples[600] = 90
    const pool = createTracePool([quiet, loud], DEFAULTS, SHAPE)
    expect(pool.preEvent.size).toBe(1)
    const stretch = pool.preEvent.draw(new Random(1))
    expect(stretch).toMatchObject({ trace: quiet, firstStart: 1000, lastStart: 1000 + 1000 - 60 - 501 })
  })

  it('puts the targets nearer to each other by the label smoothing', () => {
    const { targets } = sample(TRACES, { ...DEFAULTS, labelSmoothing: 0.125 }, 1)
    expect(new Set(targets)).toEqual(new Set([0.875, 0.125]))
  })

  it('draws coda as noise where it only fades, from 20 s after P', () => {
    const fading = gridTrace({ rows: 2000, pRow: 600 })
    const withAftershock = gridTrace({ rows: 2000, pRow: 600, seed: 2 })
    for (let row = 1500; row < 1520; row++) withAftershock.samples[row * 3] = row % 2 === 0 ? 90 : -90
    const pool = createTracePool([fading, withAftershock], DEFAULTS, SHAPE)
    const random = new Random(1)
    const drawn = Array.from({ length: 200 }, () => pool.coda.draw(random))
    expect(Math.min(...drawn.map(({ firstStart }) => firstStart))).toBeGreaterThanOrEqual(1000 + 600 + 400)
    const spoilt = drawn.filter(
      ({ trace, firstStart }) => trace === withAftershock && firstStart + 501 > 1000 + 1520 && firstStart < 2300,
    )
    expect(spoilt).toEqual([])
  })

  it('draws windows that the network takes for earthquakes when it is told which', () => {
    const [told, other] = [gridTrace({ rows: 700, seed: 5 }), gridTrace({ rows: 700, seed: 6 })]
    const preprocess = createPreprocessor(DEFAULTS.preprocess, { ...SHAPE, channels: 3 })
    // A network that is sure of one trace, by its first sample.
    const input = new Float32Array(SIZE)
    preprocess(windowOf(told, 1000, 501), input)
    const first = input[0]
    const classifier = {
      windowLength: 501,
      channels: 3,
      classify: (x: Float32Array) => new Float32Array([x[0] === first ? 0.9 : 0]),
    }
    const hard = hardNoise([told, other], { classifier, preprocess, weigh: (score) => score, sampleRate: 20 })
    expect(hard.size).toBe(1)
    expect(hard.draw(new Random(1))).toEqual({ trace: told, firstStart: 1000, lastStart: 1010 })
  })

  it('puts an earthquake on one component alone into noise when asked, and nothing on the others', () => {
    const silent = gridTrace({ rows: 700, samples: new Float64Array(2100).map((_, i) => (Math.floor(i / 3) % 2) * 1e-3) })
    const noise = { ...PLAIN.noise, preEvent: 0, singleComponent: 1 }
    const { inputs, targets } = sample([gridTrace({ rows: 1500, pRow: 700 }), silent], { ...PLAIN, noise }, 3)
    const loud = [...targets.keys()]
      .filter((slot) => targets[slot] === 0)
      .map((slot) => {
        const window = inputs.subarray(slot * SIZE, (slot + 1) * SIZE)
        return [0, 1, 2].filter((channel) => window.some((value, i) => i % 3 === channel && Math.abs(value) > 0.001)).join('')
      })
    expect(new Set(loud)).toEqual(new Set(['0', '1', '2']))
  })

  it('makes earthquakes when asked, over noise that is fainter, with P at least 2.5 s before the end', () => {
    const silent = gridTrace({ rows: 700, samples: new Float64Array(2100).map((_, i) => (Math.floor(i / 3) % 2) * 1e-3) })
    const config = { ...PLAIN, noise: { ...PLAIN.noise, preEvent: 0 }, augmentation: { ...PLAIN.augmentation, made: 1 } }
    const { inputs, targets } = sample([gridTrace({ rows: 1500, pRow: 700 }), silent], config, 3)
    const slots = [...targets.keys()].filter((slot) => targets[slot] === 1)
    const onsets = slots.map((slot) => {
      const window = inputs.subarray(slot * SIZE, (slot + 1) * SIZE)
      const peak = window.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(peak).toBeGreaterThan(1e-3)
      return Math.floor(window.findIndex((value) => Math.abs(value) > 0.6e-3) / 3)
    })
    expect(slots).toHaveLength(256)
    expect(Math.max(...onsets)).toBeLessThan(501 - 50 + 20)
    expect(Math.min(...onsets)).toBeLessThan(50)
  })

  it('draws hard noise more often, and a small dataset as often as its root', () => {
    const many = Array.from({ length: 16 }, (_, seed) => gridTrace({ rows: 600, dataset: 'many', seed }))
    const few = [gridTrace({ rows: 600, dataset: 'few', noiseKind: 'glitch', seed: 99 })]
    const { noise } = createTracePool([...many, ...few], DEFAULTS, SHAPE)
    const random = new Random(4)
    const hard = Array.from({ length: 10_000 }, () => noise.draw(random)).filter(({ trace }) => trace.label.dataset === 'few')
    // √16 draws of the many to √1 of the few, times 3 for a glitch.
    expect(hard.length / 10_000).toBeCloseTo(3 / 7, 1)
  })
})

const TRACES = [
  gridTrace({ rows: 1500, pRow: 700 }),
  gridTrace({ rows: 1500, pRow: 400, seed: 2 }),
  gridTrace({ rows: 1500, seed: 3 }),
  gridTrace({ rows: 800, seed: 4, noiseKind: 'cultural' }),
]

/** Squares of the row numbers: their differences tell where a window was cut, also without its mean. */
function squares(options: { rows: number; pRow: number }): GridTrace {
  const samples = new Float64Array(options.rows * 3).map((_, i) => Math.floor(i / 3) ** 2)
  return gridTrace({ ...options, samples })
}

/** First row of every earthquake window: (r + 1)² − r² = 2 r + 1. */
function startsOf({ inputs, targets }: ReturnType<typeof sample>): number[] {
  const slots = [...targets.keys()].filter((slot) => targets[slot] === 1)
  return slots.map((slot) => Math.round(((inputs[slot * SIZE + 3] ?? 0) - (inputs[slot * SIZE] ?? 0) - 1) / 2))
}

function sample(traces: GridTrace[], config: typeof DEFAULTS, seed: number) {
  const preprocess = createPreprocessor(config.preprocess, { ...SHAPE, channels: 3 })
  const sampler = new WindowSampler(createTracePool(traces, config, SHAPE), config, SHAPE, preprocess, new Random(seed))
  const targets = new Float32Array(512)
  const inputs = new Float32Array(targets.length * SIZE)
  sampler.fillBatch(inputs, targets)
  return { inputs, targets }
}
