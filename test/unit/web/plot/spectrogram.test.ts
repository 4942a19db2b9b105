import { describe, expect, it } from 'vitest'
import { colourAt } from '../../../../src/web/plot/colour-map.ts'
import { Fourier } from '../../../../src/web/plot/fourier.ts'
import { SPECTRUM_ROWS, Spectrogram, spectrumRange } from '../../../../src/web/plot/spectrogram.ts'

/** By definition. */
function naivePower(values: readonly number[]): number[] {
  return values.slice(0, values.length / 2).map((_, k) => {
    let real = 0
    let imaginary = 0
    values.forEach((value, n) => {
      real += value * Math.cos((2 * Math.PI * k * n) / values.length)
      imaginary -= value * Math.sin((2 * Math.PI * k * n) / values.length)
    })
    return real * real + imaginary * imaginary
  })
}

describe('the Fourier transform', () => {
  it('is what the definition says', () => {
    for (const size of [2, 8, 64, 128]) {
      const values = Array.from({ length: size }, (_, i) => Math.sin(i * i) + i / size)
      const power = new Float64Array(size / 2)
      new Fourier(size).power(values, power)
      for (const [k, expected] of naivePower(values).entries()) expect(power[k]).toBeCloseTo(expected, 8)
    }
  })

  it('refuses lengths that it cannot halve', () => {
    expect(() => new Fourier(100)).toThrow(RangeError)
  })
})

describe('a spectrogram', () => {
  const sine = (hertz: number) => (from: number, out: Float32Array) => {
    for (let i = 0; i < out.length; i++) out[i] = 500 + Math.sin((2 * Math.PI * hertz * (from + i)) / 20)
  }

  it('has a sine at its frequency, whatever the offset', () => {
    const column = new Spectrogram().column(3, 20, sine(2.5)) ?? new Float32Array()
    expect(column).toHaveLength(SPECTRUM_ROWS)
    expect(column.indexOf(Math.max(...column))).toBe(Math.round((2.5 / 20) * 128))
  })

  it('has no column where samples are missing, and has it when they have come', () => {
    const spectrogram = new Spectrogram()
    expect(spectrogram.column(0, 20, (_, out) => out.fill(Number.NaN, 5))).toBeUndefined()
    expect(spectrogram.column(0, 20, sine(1))).toBeDefined()
  })

  it('computes a column once as long as the hop stays', () => {
    const spectrogram = new Spectrogram()
    let reads = 0
    const read = (from: number, out: Float32Array) => {
      reads++
      sine(1)(from, out)
    }
    for (const hop of [20, 20, 40]) spectrogram.column(5, hop, read)
    expect(reads).toBe(2)
    spectrogram.keep(6, 9)
    spectrogram.column(5, 40, read)
    expect(reads).toBe(3)
  })

  it('has colours between round decibels that hold nearly all values', () => {
    const columns = [Float32Array.from({ length: SPECTRUM_ROWS }, (_, i) => i)]
    const { from, to } = spectrumRange(columns)
    expect([from % 5, to % 5]).toEqual([0, 0])
    expect(from).toBeLessThanOrEqual(10)
    expect(to).toBeGreaterThanOrEqual(60)
    expect(spectrumRange([])).toEqual({ from: 0, to: 20 })
  })

  it('has colours that grow lighter from end to end, so that the order is seen without colour', () => {
    const lightness = Array.from({ length: 101 }, (_, i) => {
      const [red, green, blue] = colourAt(i / 100)
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    })
    for (let i = 1; i < lightness.length; i++) expect(lightness[i]).toBeGreaterThanOrEqual((lightness[i - 1] as number) - 0.5)
    expect(colourAt(-1)).toEqual(colourAt(0))
    expect(colourAt(2)).toEqual([255, 234, 70])
  })
})
