import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/domain/errors.ts'
import { DEFAULT_PREPROCESS, type PreprocessSpec } from '../../../src/domain/preprocess-spec.ts'
import { createPreprocessor, type PreprocessShape } from '../../../src/signal/preprocess.ts'
import { gaussianNoise } from '../../helpers/signals.ts'

const SHAPE: PreprocessShape = { windowLength: 501, channels: 3, sampleRate: 20 }
const noise = gaussianNoise(SHAPE.windowLength * SHAPE.channels, 42)

describe('preprocess', () => {
  it('subtracts each component’s mean and divides all by one maximum', () => {
    const raw = matrix((i, c) => noise[3 * i + c]! * [5, 100, 20][c]! + [1e6, -3, 77][c]!)
    const { out, isUsable } = run(DEFAULT_PREPROCESS, raw)
    expect(isUsable).toBe(true)
    const centred = [0, 1, 2].map((c) => column(raw, c)).map((values) => values.map((value) => value - mean(values)))
    const largest = Math.max(...centred.flat().map(Math.abs))
    for (let c = 0; c < 3; c++) {
      expect(
        maxDifference(
          column(out, c),
          centred[c]!.map((value) => value / largest),
        ),
      ).toBeLessThan(1e-7)
    }
    expect(Math.max(...out.map(Math.abs))).toBe(1)
  })

  it('subtracts each component’s least-squares line', () => {
    const raw = matrix((i, c) => noise[3 * i + c]! + 1e5 + 3 * i * (c - 1))
    const { out } = run({ detrend: 'linear', highpassHz: null, normalise: 'none' }, raw)
    for (let c = 0; c < 3; c++) {
      const values = column(out, c)
      expect(mean(values)).toBeCloseTo(0, 6)
      expect(mean(values.map((value, i) => value * (i - 250)))).toBeCloseTo(0, 4)
      expect(
        maxDifference(
          values,
          column(
            run(
              { ...SPEC_NONE, detrend: 'linear' },
              matrix((i, k) => noise[3 * i + k]!),
            ).out,
            c,
          ),
        ),
      ).toBeLessThan(1e-5)
    }
  })

  it('leaves everything as it is when nothing is asked for', () => {
    expect(run(SPEC_NONE, noise).out).toEqual(Float32Array.from(noise))
  })

  it('takes low frequencies away without moving high ones', () => {
    const low = (i: number) => 50 * Math.cos((2 * Math.PI * 0.05 * i) / 20)
    const high = (i: number) => Math.sin((2 * Math.PI * 5 * i) / 20)
    const { out } = run(
      { ...SPEC_NONE, detrend: 'demean', highpassHz: 1 },
      matrix((i) => low(i) + high(i)),
    )
    const middle = column(out, 1).slice(100, 400)
    expect(
      maxDifference(
        middle,
        Array.from({ length: 300 }, (_, i) => high(i + 100)),
      ),
    ).toBeLessThan(0.02)
  })

  it('does not let an offset ring at the edges', () => {
    const { out } = run(
      { ...SPEC_NONE, highpassHz: 0.5 },
      matrix((i, c) => 1e6 + (i === 250 && c === 0 ? 1 : 0)),
    )
    expect(Math.max(...out.slice(0, 300).map(Math.abs))).toBeLessThan(1e-6)
  })

  it('tapers both ends to zero', () => {
    const { out } = run(
      { ...SPEC_NONE, taperSeconds: 1 },
      matrix((i) => (i % 2 === 0 ? 1 : -1)),
    )
    const values = column(out, 2).map(Math.abs)
    expect(values[0]).toBe(0)
    expect(values[500]).toBe(0)
    expect(values[10]).toBeCloseTo(0.5, 6)
    expect(values.slice(20, 481)).toEqual(new Array(461).fill(1))
    expect(values).toEqual(values.toReversed())
  })

  it.each([
    ['zero', matrix(() => 0)],
    ['constant', matrix((_, c) => [8_388_607, -5, 0.1][c]!)],
    ['constant but for rounding', matrix((i) => 1e6 * (1 + (i % 2) * Number.EPSILON))],
  ])('calls a window that is %s unusable and gives zeros', (_, raw) => {
    expect(run(DEFAULT_PREPROCESS, raw)).toEqual({ isUsable: false, out: new Float32Array(1503) })
  })

  it('calls an exact line unusable when the line is taken away', () => {
    expect(
      run(
        { ...DEFAULT_PREPROCESS, detrend: 'linear' },
        matrix((i, c) => 1e5 + 3 * i * c),
      ).isUsable,
    ).toBe(false)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'calls a window with %d in any place unusable',
    (bad) => {
      for (const detrend of ['none', 'demean', 'linear'] as const) {
        for (const at of [0, 1, 700, 1502]) {
          expect(run({ ...DEFAULT_PREPROCESS, detrend }, noise.with(at, bad))).toEqual({
            isUsable: false,
            out: new Float32Array(1503),
          })
        }
      }
    },
  )

  it('uses a window with one dead component', () => {
    const { out, isUsable } = run(
      DEFAULT_PREPROCESS,
      matrix((i, c) => (c === 1 ? 42 : noise[3 * i + c]!)),
    )
    expect(isUsable).toBe(true)
    expect(column(out, 1)).toEqual(new Array(501).fill(0))
  })

  it('depends on the window alone: what came before does not change a bit', () => {
    const prepare = createPreprocessor({ ...DEFAULT_PREPROCESS, highpassHz: 1, taperSeconds: 2 }, SHAPE)
    const [first, again] = [new Float32Array(1503), new Float32Array(1503)]
    const raw = noise.slice()
    prepare(raw, first)
    prepare(noise.with(3, Number.NaN), again)
    prepare(
      noise.map((value) => value * 1e9),
      again,
    )
    prepare(raw, again)
    expect(again).toEqual(first)
    expect(raw).toEqual(noise)
  })

  it.each([
    [{ highpassHz: 10 }, 'high-pass corner: expected between 0 and 10 Hz, got 10'],
    [{ highpassHz: -1 }, 'high-pass corner: expected between 0 and 10 Hz, got -1'],
    [{ taperSeconds: 13 }, 'preprocess taperSeconds: expected at most half of 25.05 s, got 13'],
  ])('refuses %o', (wrong, message) => {
    const create = () => createPreprocessor({ ...DEFAULT_PREPROCESS, ...wrong }, SHAPE)
    expect(create).toThrow(UsageError)
    expect(create).toThrow(message)
  })
})

const SPEC_NONE: PreprocessSpec = { detrend: 'none', highpassHz: null, normalise: 'none' }

function run(spec: PreprocessSpec, raw: Float64Array) {
  const out = new Float32Array(raw.length).fill(7)
  const isUsable = createPreprocessor(spec, SHAPE)(raw, out)
  return { isUsable, out }
}

function matrix(value: (row: number, channel: number) => number): Float64Array {
  return Float64Array.from({ length: 1503 }, (_, i) => value(Math.floor(i / 3), i % 3))
}

function column(rows: ArrayLike<number>, channel: number): number[] {
  return Array.from({ length: rows.length / 3 }, (_, i) => rows[3 * i + channel]!)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function maxDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))
}
