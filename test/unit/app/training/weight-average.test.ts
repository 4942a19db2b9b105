import { describe, expect, it } from 'vitest'
import { WeightAverage } from '../../../../src/app/training/weight-average.ts'

const weights = (value: number) => [[Float32Array.of(value, 2 * value)], [], [Float32Array.of(-value)]]

describe('WeightAverage', () => {
  it('stays where the weights stay', () => {
    const average = new WeightAverage(weights(3), 0.999)
    for (let step = 0; step < 5; step++) average.add(weights(3))
    expect(average.weights()).toEqual(weights(3))
  })

  it('comes near the mean of the last steps and forgets the random start', () => {
    const average = new WeightAverage(weights(1000), 0.9)
    for (let step = 0; step < 300; step++) average.add(weights(step % 2 === 0 ? 1 : 3))
    expect(average.weights()[0]?.[0]?.[0]).toBeCloseTo(2, 0)
  })

  it('is the last weights alone at a decay of 0', () => {
    const average = new WeightAverage(weights(1), 0)
    average.add(weights(5))
    average.add(weights(7))
    expect(average.weights()).toEqual(weights(7))
  })

  it('gives copies that later steps leave alone', () => {
    const average = new WeightAverage(weights(1), 0.5)
    const before = average.weights()
    average.add(weights(9))
    expect(before).toEqual(weights(1))
  })
})
