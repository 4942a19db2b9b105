import { describe, expect, it } from 'vitest'
import {
  areaOverCurve,
  largestFirst,
  perturbedWindows,
  REMOVED_PARTS,
  shuffled,
  WindowBlocks,
} from '../../../src/nn/perturbation.ts'
import { Random } from '../../../src/nn/random.ts'

const ROWS = 501

function ones(): Float32Array {
  return new Float32Array(ROWS * 3).fill(1)
}

describe('blocks of a window', () => {
  it('hold every sample once', () => {
    const blocks = new WindowBlocks(ROWS, 3)
    expect(blocks.count).toBe(303)
    expect(blocks.sums(ones()).reduce((all, value) => all + value, 0)).toBe(ROWS * 3)
    const window = ones()
    for (let block = 0; block < blocks.count; block++) blocks.remove(window, block)
    expect(window.every((value) => value === 0)).toBe(true)
  })

  it('are five rows of one channel', () => {
    const window = ones()
    new WindowBlocks(ROWS, 3).remove(window, 101 + 2)
    const gone = [...window.keys()].filter((i) => window[i] === 0)
    expect(gone).toEqual([10, 11, 12, 13, 14].map((row) => row * 3 + 1))
  })
})

describe('perturbed windows', () => {
  it('lose the blocks in their order, from none to all', () => {
    const blocks = new WindowBlocks(ROWS, 3)
    const weights = Float64Array.from({ length: blocks.count }, (_, i) => (i * 7) % blocks.count)
    const order = largestFirst(weights)
    const windows = perturbedWindows(ones(), blocks, order)
    REMOVED_PARTS.forEach((part, step) => {
      const sums = blocks.sums(windows.subarray(step * ROWS * 3, (step + 1) * ROWS * 3))
      const gone = [...sums.keys()].filter((block) => sums[block] === 0)
      expect(new Set(gone)).toEqual(new Set(order.slice(0, Math.round(part * blocks.count))))
    })
  })
})

describe('orders', () => {
  it('put the largest first and ties in their place', () => {
    expect(largestFirst(Float64Array.of(1, 3, -2, 3))).toEqual([1, 3, 0, 2])
  })

  it('shuffle everything, the same for the same seed', () => {
    const order = shuffled(100, new Random(3))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(order).not.toEqual([...order].sort((a, b) => a - b))
    expect(shuffled(100, new Random(3))).toEqual(order)
  })
})

describe('the area over the curve', () => {
  it('is the mean drop over the removed part', () => {
    expect(areaOverCurve(REMOVED_PARTS.map(() => 4))).toBe(0)
    expect(areaOverCurve(REMOVED_PARTS.map((part) => 4 - 2 * part))).toBeCloseTo(1, 12)
  })

  it('is larger for an order that finds what counts at once', () => {
    const atOnce = REMOVED_PARTS.map((part) => (part > 0 ? -3 : 5))
    const late = REMOVED_PARTS.map((part) => (part > 0.6 ? -3 : 5))
    expect(areaOverCurve(atOnce)).toBeGreaterThan(areaOverCurve(late))
  })
})
