import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addToChecksum, NO_SAMPLES } from '../../../src/app/sample-checksum.ts'

describe('the checksum of samples', () => {
  it('is the same however the samples are cut into pieces', () => {
    fc.assert(
      fc.property(fc.int32Array({ minLength: 1 }), fc.nat(), (samples, at) => {
        const cut = at % samples.length
        const first = addToChecksum(NO_SAMPLES, samples.subarray(0, cut))
        expect(addToChecksum(first, samples.subarray(cut))).toBe(addToChecksum(NO_SAMPLES, samples))
      }),
    )
  })

  it('is another when a value, its place or the number of samples is another', () => {
    const of = (...samples: number[]) => addToChecksum(NO_SAMPLES, Int32Array.from(samples))
    const sums = [of(), of(0), of(0, 0), of(1, 2), of(2, 1), of(1, 3), of(-1, 2)]
    expect(new Set(sums).size).toBe(sums.length)
  })

  it('sees every bit of floating-point samples', () => {
    const of = (value: number) => addToChecksum(NO_SAMPLES, Float64Array.of(value))
    expect(of(0.1)).not.toBe(of(0.1 + Number.EPSILON / 8))
    expect(addToChecksum(NO_SAMPLES, Float32Array.of(0.1))).not.toBe(addToChecksum(NO_SAMPLES, Float32Array.of(0.2)))
  })
})
