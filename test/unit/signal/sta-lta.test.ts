import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/domain/errors.ts'
import { StaLta, type StaLtaOptions } from '../../../src/signal/sta-lta.ts'
import { naiveStaLta } from '../../helpers/naive/sta-lta.ts'
import { gaussianNoise } from '../../helpers/signals.ts'

const OPTIONS: StaLtaOptions = { sampleRate: 20, shortSeconds: 0.5, longSeconds: 5, lowHz: 2, highHz: 8, components: 'all' }

describe('StaLta', () => {
  it.each([
    ['vertical', 8],
    ['all', 8],
    ['all', null],
  ] as const)('is what the definition says, on %s components up to %s Hz', (components, highHz) => {
    const rows = 300
    const samples = gaussianNoise(rows * 3, 7).map((value, i) => (i > 600 ? value * 20 : value))
    const columns = components === 'vertical' ? [0] : [0, 1, 2]
    const filtered = columns.map((column) => {
      const values = Array.from({ length: rows }, (_, row) => samples[row * 3 + column] as number)
      const high = naiveSection(values, 2, 20, 'high')
      return highHz === null ? high : naiveSection(high, highHz, 20, 'low')
    })
    const energies = Array.from({ length: rows }, (_, row) =>
      filtered.reduce((sum, column) => sum + (column[row] as number) ** 2, 0),
    )
    const ratios = new StaLta({ ...OPTIONS, components, highHz }).push(samples)
    const expected = naiveStaLta(energies, 10, 100)
    expect(ratios.length).toBe(rows)
    for (const [row, ratio] of ratios.entries()) expect(ratio).toBeCloseTo(expected[row] as number, 6)
    expect(Math.max(...ratios)).toBeGreaterThan(5)
  })

  it('gives the same ratios however the rows are cut', () => {
    const samples = gaussianNoise(900, 3)
    const whole = new StaLta(OPTIONS).push(samples)
    const pieces = new StaLta(OPTIONS)
    const parts = [0, 3, 300, 303, 900].slice(1).map((end, i, ends) => pieces.push(samples.slice(i === 0 ? 0 : ends[i - 1], end)))
    expect(parts.flatMap((part) => [...part])).toEqual([...whole])
  })

  it('does not take an offset for an arrival, stays 0 on a dead component, and forgets after a reset', () => {
    expect(Math.max(...new StaLta(OPTIONS).push(new Float64Array(900).fill(8e6)))).toBe(0)
    const samples = gaussianNoise(900, 3)
    const detector = new StaLta(OPTIONS)
    const first = detector.push(samples)
    detector.reset()
    expect([...detector.push(samples)]).toEqual([...first])
  })

  it('refuses a short time that is not the shorter one', () => {
    expect(() => new StaLta({ ...OPTIONS, shortSeconds: 5 })).toThrow(UsageError)
    expect(() => new StaLta({ ...OPTIONS, highHz: 10 })).toThrow(/low-pass corner: expected between 0 and 10 Hz, got 10/)
  })
})

/** Second-order Butterworth by its difference equation, the input continued backwards by its first value for a long time. */
function naiveSection(values: readonly number[], corner: number, rate: number, kind: 'low' | 'high'): number[] {
  const k = Math.tan((Math.PI * corner) / rate)
  const a0 = 1 + Math.SQRT2 * k + k * k
  const b = (kind === 'high' ? [1, -2, 1] : [k * k, 2 * k * k, k * k]).map((value) => value / a0)
  const [a1, a2] = [(2 * (k * k - 1)) / a0, (1 - Math.SQRT2 * k + k * k) / a0]
  const lead = kind === 'high' ? 2000 : 0
  const x = [...Array.from({ length: lead }, () => values[0] as number), ...values]
  const y: number[] = []
  for (const [n, value] of x.entries()) {
    const before = (series: readonly number[], lag: number) => series[n - lag] ?? 0
    y.push(
      (b[0] as number) * value +
        (b[1] as number) * before(x, 1) +
        (b[2] as number) * before(x, 2) -
        a1 * before(y, 1) -
        a2 * before(y, 2),
    )
  }
  return y.slice(lead)
}
