import { describe, expect, it } from 'vitest'
import { Random } from '../../../../src/app/synth/random.ts'

describe('Random', () => {
  it('repeats itself for the same seed and labels', () => {
    const a = new Random(7, 'noise', 'Z')
    const b = new Random(7, 'noise', 'Z')
    expect(Array.from({ length: 50 }, () => a.uniform())).toEqual(Array.from({ length: 50 }, () => b.uniform()))
  })

  it('gives unrelated streams for other seeds and labels', () => {
    const streams = [new Random(7, 'a', 'b'), new Random(7, 'ab', ''), new Random(8, 'a', 'b'), new Random(7)]
    expect(new Set(streams.map((stream) => stream.uniform())).size).toBe(4)
  })

  it('is uniform, normal and exponential where it says so', () => {
    const random = new Random(1)
    const mean = (draw: () => number) => Array.from({ length: 40_000 }, draw).reduce((sum, value) => sum + value, 0) / 40_000
    expect(mean(() => random.uniform())).toBeCloseTo(0.5, 2)
    expect(mean(() => random.normal())).toBeCloseTo(0, 1)
    expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1)
    expect(mean(() => random.exponential(3)) / 3).toBeCloseTo(1, 1)
  })
})
