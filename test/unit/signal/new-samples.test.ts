import { expect, it } from 'vitest'
import { newSamples } from '../../../src/signal/new-samples.ts'

it('gives arrays of zeros that share nothing with each other, whatever their lengths', () => {
  const lengths = [0, 1, 86, 255, 256, 257, 5000, ...Array.from({ length: 200 }, (_, i) => (i * 37) % 250)]
  const arrays = lengths.map((length, i) => {
    const array = newSamples(length)
    expect(array.every((value) => value === 0)).toBe(true)
    return array.fill(i + 1)
  })
  arrays.forEach((array, i) => {
    expect(array).toEqual(new Float64Array(lengths[i]!).fill(i + 1))
  })
})
