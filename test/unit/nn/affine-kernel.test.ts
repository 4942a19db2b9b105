import { describe, expect, it } from 'vitest'
import { instantiateKernels } from '../../../src/nn/kernels.ts'
import { Random } from '../../../src/nn/random.ts'
import { noise, kernels as wasm } from '../../helpers/networks.ts'

/** Of outputs and terms in whole blocks. */
const BLOCK = 32

/** Every output summed in single precision, bias first, then the terms in their order: the definition, bit for bit. */
function naiveAffine(x: Float32Array, step: number, positions: number, weights: Float32Array, bias: Float32Array, floor: number) {
  const outputs = bias.length
  const terms = weights.length / outputs
  return Float32Array.from({ length: positions * outputs }, (_, i) => {
    const [position, output] = [Math.floor(i / outputs), i % outputs]
    let sum = bias[output]!
    for (let term = 0; term < terms; term++)
      sum = Math.fround(sum + Math.fround(x[position * step + term]! * weights[term * outputs + output]!))
    return sum < floor ? floor : sum
  })
}

function kernelAffine(
  x: Float32Array,
  step: number,
  positions: number,
  weights: Float32Array,
  bias: Float32Array,
  floor: number,
) {
  const kernels = instantiateKernels(wasm)
  kernels.memory.grow(16)
  const memory = new Float32Array(kernels.memory.buffer)
  const outputs = bias.length
  const terms = weights.length / outputs
  const packed = Float32Array.from(weights, (_, i) => {
    const term = Math.floor(i / BLOCK) % terms
    return weights[term * outputs + Math.floor(i / (terms * BLOCK)) * BLOCK + (i % BLOCK)]!
  })
  let end = Math.ceil(kernels.firstFree.value / 64) * 16
  const place = (values: Float32Array) => {
    const at = end
    memory.set(values, at)
    end = Math.ceil((at + values.length) / 16) * 16
    return at * 4
  }
  const [from, w, b, to] = [x, packed, bias, new Float32Array(positions * outputs)].map(place) as [number, number, number, number]
  kernels.affine(from, step * 4, positions, terms, w, b, to, outputs * 4, outputs, floor)
  return memory.slice(to / 4, to / 4 + positions * outputs)
}

/** Uniform numbers, of which so many are zero. */
function withZeros(count: number, share: number): Float32Array {
  const random = new Random(3)
  return noise(count, 5).map((value) => (random.uniform() < share ? 0 : value))
}

describe('the affine kernel, of values in blocks of 32,', () => {
  // More than 256 terms are listed in several goes.
  const sizes = [32, 96, 256, 288, 544].flatMap((terms) => [32, 64].map((outputs) => ({ terms, outputs })))

  it.each(sizes)('sums $terms terms for $outputs outputs in their order, whatever is zero', ({ terms, outputs }) => {
    const weights = noise(terms * outputs, 1)
    const bias = noise(outputs, 2)
    for (const share of [0, 0.1, 0.5, 0.9, 1]) {
      for (const floor of [0, -Infinity]) {
        // Positions that overlap, as those of a convolution do.
        const x = withZeros(terms + 4 * BLOCK, share)
        const expected = naiveAffine(x, BLOCK, 5, weights, bias, floor)
        expect(kernelAffine(x, BLOCK, 5, weights, bias, floor)).toEqual(expected)
      }
    }
  })

  it('keeps the smallest numbers, infinities and what is not a number', () => {
    const weights = noise(32 * 32, 1)
    for (const value of [1e-45, -1e-45, -0, Infinity, -Infinity, NaN]) {
      const x = new Float32Array(32)
      x[17] = value
      expect(kernelAffine(x, 32, 1, weights, noise(32, 2), -Infinity)).toEqual(
        naiveAffine(x, 32, 1, weights, noise(32, 2), -Infinity),
      )
    }
  })
})
