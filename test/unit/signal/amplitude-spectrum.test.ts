import { describe, expect, it } from 'vitest'
import { amplitudeSpectrum } from '../../../src/signal/amplitude-spectrum.ts'

const RATE = 20

/** Three columns, each a sine on an offset. */
function window(rows: number, sines: readonly { frequency: number; amplitude: number; offset: number }[]): Float64Array {
  return Float64Array.from({ length: rows * 3 }, (_, i) => {
    const { frequency, amplitude, offset } = sines[i % 3]!
    return offset + amplitude * Math.sin((2 * Math.PI * frequency * Math.floor(i / 3)) / RATE)
  })
}

const SINES = [
  { frequency: 2.5, amplitude: 3, offset: 1e4 },
  { frequency: 5, amplitude: 1, offset: -7 },
  { frequency: 7.5, amplitude: 0.5, offset: 0 },
]

describe('amplitudeSpectrum', () => {
  it.each([0, 1, 2] as const)(
    'shows a sine of column %i with its amplitude at its frequency, whatever it stands on',
    (column) => {
      const { frequencyStep, amplitudes } = amplitudeSpectrum(window(512, SINES), column, RATE)
      const { frequency, amplitude } = SINES[column]!
      const at = Math.round(frequency / frequencyStep)
      expect(amplitudes[at]).toBeCloseTo(amplitude, 6)
      expect(amplitudes.indexOf(Math.max(...amplitudes))).toBe(at)
      expect(amplitudes[0]).toBeLessThan(1e-6 * Math.max(1, SINES[column]!.offset))
    },
  )

  it('goes from 0 to the Nyquist frequency for any number of rows', () => {
    const { frequencyStep, amplitudes } = amplitudeSpectrum(window(501, SINES), 0, RATE)
    expect(frequencyStep).toBe(RATE / 512)
    expect((amplitudes.length - 1) * frequencyStep).toBe(RATE / 2)
    expect(Math.max(...amplitudes)).toBeGreaterThan(2.7)
    expect(Math.max(...amplitudes)).toBeLessThan(3.01)
  })

  it('is the sum a discrete Fourier transform is by its definition', () => {
    const samples = Float64Array.from({ length: 48 }, (_, i) => Math.sin(i * i) + i)
    const { amplitudes } = amplitudeSpectrum(samples, 1, RATE)
    const column = Array.from({ length: 16 }, (_, row) => samples[3 * row + 1]!)
    const mean = column.reduce((sum, value) => sum + value, 0) / 16
    const taper = column.map((_, row) => Math.sin((Math.PI * (row + 0.5)) / 16) ** 2)
    for (let k = 0; k <= 8; k++) {
      const part = (wave: (x: number) => number) =>
        column.reduce((sum, value, row) => sum + taper[row]! * (value - mean) * wave((2 * Math.PI * k * row) / 16), 0)
      expect(amplitudes[k]).toBeCloseTo((Math.hypot(part(Math.cos), part(Math.sin)) * (k % 8 === 0 ? 1 : 2)) / 8, 10)
    }
  })
})
