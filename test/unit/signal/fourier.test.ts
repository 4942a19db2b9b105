import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/app/synth/random.ts'
import { Fourier, nextPowerOfTwo } from '../../../src/signal/fourier.ts'

describe('Fourier', () => {
  it('equals the sum it is the short cut of', () => {
    const random = new Random(3)
    const re = Float64Array.from({ length: 32 }, () => random.normal())
    const im = Float64Array.from({ length: 32 }, () => random.normal())
    const gotRe = re.slice()
    const gotIm = im.slice()
    new Fourier(32).transform(gotRe, gotIm)
    for (let k = 0; k < 32; k++) {
      let sumRe = 0
      let sumIm = 0
      for (let n = 0; n < 32; n++) {
        const angle = (-2 * Math.PI * k * n) / 32
        sumRe += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle)
        sumIm += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle)
      }
      expect(gotRe[k]).toBeCloseTo(sumRe, 10)
      expect(gotIm[k]).toBeCloseTo(sumIm, 10)
    }
  })

  it('gives size times the input after there and back', () => {
    const re = Float64Array.of(1, 2, 3, 4)
    const im = new Float64Array(4)
    const fourier = new Fourier(4)
    fourier.transform(re, im)
    fourier.invert(re, im)
    expect([...re]).toEqual([4, 8, 12, 16])
  })

  it('refuses sizes that are no power of two', () => {
    expect(() => new Fourier(12)).toThrow(RangeError)
    expect([3, 4, 5, 1000].map(nextPowerOfTwo)).toEqual([4, 4, 8, 1024])
  })
})
