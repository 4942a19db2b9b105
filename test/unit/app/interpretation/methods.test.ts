import { describe, expect, it } from 'vitest'
import { compareMethods } from '../../../../src/app/interpretation/compare-methods.ts'
import type { LabelledWindow } from '../../../../src/app/interpretation/labelled-windows.ts'
import { separateMaps } from '../../../../src/app/interpretation/map-separation.ts'
import { randomiseWeights } from '../../../../src/app/interpretation/weight-randomisation.ts'
import { createBuiltinEngine } from '../../../../src/nn/builtin-engine.ts'
import type { Network } from '../../../../src/nn/network.ts'
import { REMOVED_PARTS } from '../../../../src/nn/perturbation.ts'
import { gridTrace } from '../../../helpers/grid-traces.ts'
import { conv1d, dense, detector, flatten, kernels, noise, randomNetwork } from '../../../helpers/networks.ts'

const ROWS = 100

/** Its logit is the sum of the rectified vertical component in rows 40 to 59. */
function looksAtTheMiddle(): Network {
  const layers = [
    conv1d('conv', { kernelSize: 1, strides: 1, filters: 1, useBias: false }),
    flatten,
    dense('score', 1, 'sigmoid', false),
  ]
  const middle = Float32Array.from({ length: ROWS }, (_, row) => (row >= 40 && row < 60 ? 1 : 0))
  return { name: 'middle', input: { rows: ROWS, channels: 3 }, layers, weights: [[Float32Array.of(1, 0, 0)], [], [middle]] }
}

describe('perturbation curves of a network that looks at one place', () => {
  const network = looksAtTheMiddle()
  const windows = [1, 2, 3].map((seed) => noise(ROWS * 3, seed).map((value) => Math.abs(value) + 0.1))
  const progress: number[] = []
  const curves = compareMethods(network, kernels, createBuiltinEngine(network, kernels), windows, (share) => progress.push(share))
  const of = (method: string) => curves.find((curve) => curve.method === method)!

  it('begin at the logit and end at that of an empty window', () => {
    for (const { logits } of curves) {
      expect(logits).toHaveLength(REMOVED_PARTS.length)
      expect(logits[0]).toBeCloseTo(of('random').logits[0]!, 6)
      expect(logits.at(-1)).toBeCloseTo(0, 6)
    }
  })

  it('fall at once for LRP, which finds the place, and slowly in a random order', () => {
    const tenth = REMOVED_PARTS.indexOf(0.1)
    expect(of('LRP β = 0').logits[tenth]).toBeCloseTo(0, 6)
    expect(of('LRP β = 0').area).toBeGreaterThan(1.5 * of('random').area)
    expect(of('LRP β = 0').area).toBeGreaterThan(1.2 * of('|amplitude|').area)
    expect(of('input × gradient').area).toBeCloseTo(of('LRP β = 0').area, 3)
  })

  it('tell how far they have come', () => {
    expect(progress.at(-1)).toBe(1)
    expect(progress).toHaveLength(curves.length)
  })
})

describe('weight randomisation', () => {
  it('changes nothing before it begins, and the more the deeper it goes', () => {
    const network = randomNetwork(detector(60, 3, conv1d('first'), conv1d('second')), 3)
    const windows = [1, 2, 3, 4].map((seed) => noise(180, seed))
    const steps = randomiseWeights(network, kernels, windows, { beta: 0 })
    expect(steps.map(({ layer }) => layer)).toEqual(['', 'score', 'second', 'first'])
    expect(steps[0]!.correlation).toBeCloseTo(1, 12)
    expect(steps[3]!.correlation).toBeLessThan(0.9)
    for (const { amplitudeCorrelation } of steps) expect(Math.abs(amplitudeCorrelation)).toBeLessThanOrEqual(1)
  })

  it('gives the same twice', () => {
    const network = randomNetwork(detector(60, 3, conv1d('first')), 3)
    const run = () => randomiseWeights(network, kernels, [noise(180, 1)], { beta: 0.5 })
    expect(run()).toEqual(run())
  })
})

describe('maps', () => {
  it('separate phases by the activation of the rows that see them', () => {
    const network = looksAtTheMiddle()
    const { label } = gridTrace({ rows: ROWS, pRow: 40 })
    const quiet = gridTrace({ rows: ROWS }).label
    const parts = { before: { from: 0, to: 40 }, p: { from: 40, to: 60 }, s: { from: 60, to: 80 }, coda: { from: 80, to: ROWS } }
    const window = (seed: number, isEvent: boolean): LabelledWindow => {
      const level = (row: number) => (isEvent && row >= 40 && row < 60 ? 50 : 1)
      const input = noise(ROWS * 3, seed).map((value, i) => Math.abs(value) * level(Math.floor(i / 3)))
      const shared = { input, samples: Float64Array.from(input), sRow: undefined }
      if (!isEvent) return { ...shared, label: quiet, parts: { noise: { from: 0, to: ROWS } }, pRow: undefined }
      return { ...shared, label, parts, pRow: 40 }
    }
    const windows = Array.from({ length: 20 }, (_, i) => window(i, i % 2 === 0))
    const maps = separateMaps(network, createBuiltinEngine(network, kernels), windows, 20, () => {})
    expect(maps).toHaveLength(1)
    expect(maps[0]).toMatchObject({ layer: 'conv', rows: ROWS, channels: 1, fieldSeconds: 0, dead: [], auc: { p: [1] } })
    expect(maps[0]!.auc.coda[0]).toBeGreaterThan(0.2)
    expect(maps[0]!.auc.coda[0]).toBeLessThan(0.8)
  })

  it('know no class that is not there', () => {
    const network = looksAtTheMiddle()
    const maps = separateMaps(network, createBuiltinEngine(network, kernels), [], 20, () => {})
    expect(maps[0]!.auc).toEqual({ before: [], p: [], s: [], coda: [] })
  })
})
