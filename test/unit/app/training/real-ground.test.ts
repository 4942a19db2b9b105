import { describe, expect, it } from 'vitest'
import { realGround } from '../../../../src/app/training/real-ground.ts'
import { createTracePool } from '../../../../src/app/training/trace-pool.ts'
import { trainingConfigSchema } from '../../../../src/contract/training-config.ts'
import { Random } from '../../../../src/nn/random.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'

const RATE = 20
const EARTHQUAKE = gridTrace({ rows: 1500, pRow: 700 })
const NOISE = gridTrace({ rows: 1500, seed: 3 })

describe('realGround', () => {
  it('answers blows with 0.4 to 2.5 s that begin small and fade, of earthquakes from P on as well as of noise', () => {
    const ground = groundOf(5)
    const answers = Array.from({ length: 200 }, () => ground.answer())
    const rows = answers.map(({ length }) => length / 3)
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(8)
    expect(Math.max(...rows)).toBeLessThanOrEqual(50)
    const peaks = answers.map((answer) => Math.max(...answer.map(Math.abs)))
    for (const [index, answer] of answers.entries()) {
      expect(Math.max(...answer.subarray(-3).map(Math.abs))).toBeLessThan(0.1 * peaks[index]!)
    }
    // The event is 100 times as large as noise and fades to a third in 10 s.
    const ofEarthquake = peaks.filter((peak) => peak > 5).length
    expect(ofEarthquake).toBeGreaterThan(80)
    expect(ofEarthquake).toBeLessThan(160)
  })

  it('moves steadily as recorded noise or as answers to pushes without end', () => {
    const ground = groundOf(6)
    let recorded = 0
    for (let i = 0; i < 100; i++) {
      const window = new Float64Array(1503)
      ground.fillSteady(window)
      if (window.every((value) => value === 7)) recorded++
      else expect(rootMeanSquare(window.subarray(900)) / rootMeanSquare(window.subarray(300, 900))).toBeCloseTo(1, 0)
    }
    expect(recorded).toBeGreaterThan(20)
    expect(recorded).toBeLessThan(60)
  })

  it('reaches no further than a trace does', () => {
    const short = gridTrace({ rows: 505, pRow: 500 })
    const pool = createTracePool(
      [short, gridTrace({ rows: 501, seed: 2 })],
      trainingConfigSchema.parse({ windows: { minimumPSeconds: 0.1 } }),
      {
        windowLength: 501,
        sampleRate: RATE,
      },
    )
    const ground = realGround(
      () => pool,
      () => {},
      RATE,
      new Random(1),
    )
    for (let i = 0; i < 50; i++) expect(ground.answer().every(Number.isFinite)).toBe(true)
  })
})

function groundOf(seed: number) {
  const pool = createTracePool([EARTHQUAKE, NOISE], trainingConfigSchema.parse({}), { windowLength: 501, sampleRate: RATE })
  return realGround(
    () => pool,
    (window) => window.fill(7),
    RATE,
    new Random(seed),
  )
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}
