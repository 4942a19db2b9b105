import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compileSignal } from '../../../scripts/build-kernels.mjs'
import { layOut, weigh, workbench } from '../../../src/signal/weigh.ts'
import { noise } from '../../helpers/networks.ts'

/** The definition: one sum after the other, each from the first weight to the last. */
function naiveWeigh(samples: Float64Array, weights: Float64Array, first: number, hop: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) =>
    weights.reduce((sum, weight, j) => sum + weight * samples[first + n * hop + j]!, 0),
  )
}

const random = (count: number, seed: number) => Float64Array.from(noise(count, seed))

it.each([1, 2, 3, 5, 25, 50, 1000])('weighs samples %i apart, bit for bit as defined', (hop) => {
  for (const taps of [1, 2, 26, 129]) {
    for (const count of [1, 7, 8, 9, 33]) {
      for (const first of [0, 1, hop - 1, hop, hop + 3]) {
        const samples = random(10 + first + (count - 1) * hop + taps, 3)
        const weights = random(taps, 5)
        const outputs = new Float64Array(2 + 3 * count)
        if (samples.length - 10 > 8192) continue
        workbench.set(samples)
        layOut(10, samples.length, hop)
        weigh(weights, first, count, outputs, 2, 3)
        const got = Array.from({ length: count }, (_, n) => outputs[2 + 3 * n])
        expect(got).toEqual(naiveWeigh(samples.subarray(10), weights, first, hop, count))
      }
    }
  }
})

it('has room for any hop', () => {
  const samples = random(8192, 1)
  workbench.set(samples)
  for (const hop of [1, 50_000, 5]) {
    const outputs = new Float64Array(1)
    layOut(0, 8192, hop)
    weigh(samples.subarray(0, 6500), 0, 1, outputs, 0, 1)
    expect([...outputs]).toEqual(naiveWeigh(samples, samples.subarray(0, 6500), 0, hop, 1))
  }
})

it('lets a sample that is not a number spoil only the sums that use it', () => {
  const samples = random(200, 2)
  samples[57] = Number.NaN
  workbench.set(samples)
  const outputs = new Float64Array(20)
  layOut(0, 200, 5)
  weigh(random(30, 4), 0, 20, outputs, 0, 1)
  expect(Array.from(outputs, Number.isNaN)).toEqual(Array.from({ length: 20 }, (_, n) => n * 5 <= 57 && 57 < n * 5 + 30))
})

it('is what its sources compile to (else: node scripts/build-kernels.mjs)', async () => {
  const committed = readFileSync(new URL('../../../src/signal/weigh-wasm.ts', import.meta.url), 'utf8')
  expect(committed).toBe(await compileSignal('weigh'))
})
