import { describe, expect, it } from 'vitest'
import { SharedEdge } from '../../../../src/web/live/shared-edge.ts'

describe('the edge that rows have in common', () => {
  it('is where the newest of them is, and the same for all in one frame', () => {
    let ends = [Number.NaN]
    const edge = new SharedEdge(() => ends)
    expect(edge.at(0)).toBeNaN()
    ends = [900, 1000, Number.NaN, 990]
    expect(edge.at(20)).toBe(1000)
    ends = [5000]
    expect(edge.at(20)).toBe(1000)
    expect(edge.at(40)).toBe(5000)
  })

  it('does not run after a clock that is ahead of many others', () => {
    const edge = new SharedEdge(() => [9000, ...Array.from({ length: 30 }, () => 1000)])
    expect(edge.at(0)).toBe(1000)
  })
})
