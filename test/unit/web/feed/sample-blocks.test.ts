import { describe, expect, it } from 'vitest'
import { SampleBlocks } from '../../../../src/web/feed/sample-blocks.ts'

const ramp = (first: number, count: number) => Float32Array.from({ length: count }, (_, i) => first + i)

function copied(blocks: SampleBlocks, from: number, count: number, column = 0): number[] {
  const out = new Float32Array(count)
  blocks.copy(from, column, out)
  return [...out]
}

describe('samples by absolute index', () => {
  it('gives back what was written, across blocks, and NaN elsewhere', () => {
    const blocks = new SampleBlocks(1)
    blocks.append(1000, ramp(1000, 3000))
    expect(blocks.end).toBe(4000)
    for (const index of [1000, 1199, 1200, 2399, 2400, 3999]) expect(blocks.at(index, 0)).toBe(index)
    expect([blocks.at(999, 0), blocks.at(4000, 0), blocks.at(-5, 0)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(copied(blocks, 998, 4)).toEqual([Number.NaN, Number.NaN, 1000, 1001])
    expect(copied(blocks, 2398, 4)).toEqual([2398, 2399, 2400, 2401])
  })

  it('keeps the columns apart', () => {
    const blocks = new SampleBlocks(3)
    blocks.append(1199, [1, 2, 3, 4, 5, 6])
    expect([copied(blocks, 1199, 2, 0), copied(blocks, 1199, 2, 1), copied(blocks, 1199, 2, 2)]).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })

  it('takes older rows from the store without moving the live end, wherever they lie', () => {
    const blocks = new SampleBlocks(1)
    blocks.append(100_000, ramp(0, 10))
    blocks.write(50_000, ramp(7, 2))
    expect(blocks.end).toBe(100_010)
    expect(copied(blocks, 50_000, 3)).toEqual([7, 8, Number.NaN])
  })

  it('fills a hole when late rows come and keeps the end', () => {
    const blocks = new SampleBlocks(1)
    blocks.append(0, [1])
    blocks.append(3, [4])
    blocks.append(1, [2, 3])
    expect(copied(blocks, 0, 4)).toEqual([1, 2, 3, 4])
    expect(blocks.end).toBe(4)
  })

  it('follows a clock that was set back and forgets what lay ahead', () => {
    const blocks = new SampleBlocks(1)
    blocks.append(1_000_000, ramp(0, 5))
    blocks.append(10_000, ramp(0, 5))
    expect(blocks.end).toBe(10_005)
    expect(blocks.at(1_000_000, 0)).toBeNaN()
  })

  it('forgets what lies outside of what is kept', () => {
    const blocks = new SampleBlocks(1)
    blocks.append(0, ramp(0, 6000))
    blocks.keep(2500, 4000)
    expect([blocks.at(2399, 0), blocks.at(2400, 0), blocks.at(4799, 0), blocks.at(4800, 0)]).toEqual([
      Number.NaN,
      2400,
      4799,
      Number.NaN,
    ])
  })
})
