import { describe, expect, it } from 'vitest'
import { BAND_EDGES, BandRelevance } from '../../../../src/app/interpretation/band-relevance.ts'
import { noise } from '../../../helpers/networks.ts'

const ROWS = 501
const RATE = 20
const bands = new BandRelevance(ROWS, RATE)

function sine(hertz: number, amplitude: number, row: number): number {
  return amplitude * Math.sin((2 * Math.PI * hertz * row) / RATE + 0.3)
}

function rowsOf(value: (row: number) => number): Float32Array {
  return Float32Array.from({ length: ROWS * 3 }, (_, i) => (i % 3 === 1 ? value(Math.floor(i / 3)) : 0))
}

const sum = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0)

describe('relevance of frequency bands', () => {
  it('adds up to the relevance of the samples, and energies to the energy', () => {
    const relevance = noise(ROWS * 3, 1)
    const input = noise(ROWS * 3, 2).map((value) => value + Math.sign(value))
    const shares = bands.of(relevance, input)
    expect(sum(shares.relevance)).toBeCloseTo(sum(relevance), 4)
    expect(sum(shares.energy)).toBeCloseTo(
      input.reduce((all, value) => all + value * value, 0),
      4,
    )
  })

  it('is zero where the input is zero', () => {
    expect(sum(bands.of(noise(ROWS * 3, 3), new Float32Array(ROWS * 3)).relevance)).toBe(0)
  })

  it('goes to the sine that was given it, whatever else is in the window', () => {
    // Relevance that is a weighted part of the 3.5 Hz sine: x · (R / x) with R = x · 3.5 Hz sine projects on that sine alone.
    const slow = (row: number) => sine(3.5, 1, row)
    const fast = (row: number) => sine(7.5, 1, row)
    const input = rowsOf((row) => slow(row) + fast(row))
    const relevance = rowsOf((row) => (slow(row) + fast(row)) * slow(row))
    const shares = bands.of(relevance, input)
    const total = sum(shares.relevance)
    expect(shares.relevance[BAND_EDGES.indexOf(3)]! / total).toBeGreaterThan(0.9)
    expect(Math.abs(shares.relevance[BAND_EDGES.indexOf(7)]! / total)).toBeLessThan(0.05)
    expect(shares.energy[BAND_EDGES.indexOf(7)]! / sum(shares.energy)).toBeCloseTo(0.5, 1)
  })

  it('agrees with shares computed band by band in the time domain', () => {
    const input = noise(ROWS * 3, 4)
    const relevance = noise(ROWS * 3, 5)
    const shares = bands.of(relevance, input)
    const expected = new Float64Array(BAND_EDGES.length - 1)
    for (let column = 0; column < 3; column++) {
      const x = Float64Array.from({ length: 512 }, (_, row) => (row < ROWS ? input[row * 3 + column]! : 0))
      for (const [band, part] of bandParts(x).entries()) {
        for (let row = 0; row < ROWS; row++) expected[band]! += (part[row]! * relevance[row * 3 + column]!) / x[row]!
      }
    }
    for (const [band, share] of shares.relevance.entries()) expect(share).toBeCloseTo(expected[band]!, 1)
  })

  /** The slow way: every frequency of the discrete Fourier series is added to its band as a cosine. */
  function bandParts(x: Float64Array): Float64Array[] {
    const size = x.length
    const parts = BAND_EDGES.slice(1).map(() => new Float64Array(size))
    for (let k = 0; k < size; k++) {
      let real = 0
      let imaginary = 0
      for (let row = 0; row < size; row++) {
        real += x[row]! * Math.cos((2 * Math.PI * k * row) / size)
        imaginary -= x[row]! * Math.sin((2 * Math.PI * k * row) / size)
      }
      const hertz = (Math.min(k, size - k) * RATE) / size
      const part = parts[Math.min(parts.length - 1, Math.floor(hertz))]!
      for (let row = 0; row < size; row++) {
        const phase = (2 * Math.PI * k * row) / size
        part[row]! += (real * Math.cos(phase) - imaginary * Math.sin(phase)) / size
      }
    }
    return parts
  }
})
