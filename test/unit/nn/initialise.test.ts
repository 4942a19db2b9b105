import { describe, expect, it } from 'vitest'
import { initialise } from '../../../src/nn/initialise.ts'
import { majstorovicArchitecture } from '../../../src/nn/majstorovic-architecture.ts'

describe('initialise', () => {
  it('draws kernels uniformly within Glorot limits and sets biases to zero', () => {
    const { weights } = initialise(majstorovicArchitecture(), 4)
    const [kernel, bias] = weights[1]!
    const limit = Math.sqrt(6 / (3 * (32 + 32)))
    expect(Math.max(...kernel!)).toBeLessThanOrEqual(limit)
    expect(Math.max(...kernel!)).toBeGreaterThan(0.99 * limit)
    expect(Math.min(...kernel!)).toBeLessThan(-0.99 * limit)
    const mean = kernel!.reduce((sum, value) => sum + value, 0) / kernel!.length
    const square = kernel!.reduce((sum, value) => sum + value * value, 0) / kernel!.length
    expect(Math.abs(mean)).toBeLessThan(0.03 * limit)
    expect(square).toBeCloseTo((limit * limit) / 3, 3)
    expect(bias!.every((value) => value === 0)).toBe(true)
  })

  it('gives the same bytes for the same seed', () => {
    expect(initialise(majstorovicArchitecture(), 4)).toEqual(initialise(majstorovicArchitecture(), 4))
    expect(initialise(majstorovicArchitecture(), 4)).not.toEqual(initialise(majstorovicArchitecture(), 5))
  })
})
