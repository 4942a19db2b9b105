import { describe, expect, it } from 'vitest'
import { componentSpectra, meanSpectra } from '../../../../src/app/report/spectrum.ts'

function sine(hertz: number, column: number): Float32Array {
  return Float32Array.from({ length: 501 * 3 }, (_, i) =>
    i % 3 === column ? Math.sin((2 * Math.PI * hertz * Math.floor(i / 3)) / 20) : 0,
  )
}

describe('spectra of a window', () => {
  it('peak at the frequency of a sine, in its component alone', () => {
    const { frequencies, amplitudes } = componentSpectra(sine(3, 1), 20)
    const [z, n, e] = amplitudes
    expect(Math.abs(frequencies[n.indexOf(Math.max(...n))]! - 3)).toBeLessThan(0.4)
    expect(Math.max(...z, ...e)).toBe(0)
    expect(frequencies[0]).toBeCloseTo(20 / 512, 9)
    expect(frequencies.at(-1)).toBe(10)
  })

  it('of a single sample are flat at its amplitude over the rate', () => {
    const spike = new Float32Array(501 * 3)
    spike[300] = 4
    for (const amplitude of componentSpectra(spike, 20).amplitudes[0]) expect(amplitude).toBeCloseTo(0.2, 9)
  })

  it('of several windows are averaged; of none there are none', () => {
    const mean = meanSpectra([sine(3, 0), new Float32Array(501 * 3)], 20)!
    const alone = componentSpectra(sine(3, 0), 20)
    expect(Math.max(...mean.amplitudes[0])).toBeCloseTo(Math.max(...alone.amplitudes[0]) / 2, 9)
    expect(meanSpectra([], 20)).toBeUndefined()
  })
})
