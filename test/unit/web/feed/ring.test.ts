import { describe, expect, it } from 'vitest'
import { Ring } from '../../../../src/web/feed/ring.ts'

const values = (ring: Ring, from: number, to: number) => Array.from({ length: to - from }, (_, i) => ring.at(from + i, 0))

describe('the ring of newest rows', () => {
  it('gives rows by absolute index and nothing outside', () => {
    const ring = new Ring(4, 2)
    ring.write(1000, [1, 10, 2, 20])
    expect([ring.at(1000, 0), ring.at(1001, 1), ring.at(999, 0), ring.at(1002, 0)]).toEqual([1, 20, Number.NaN, Number.NaN])
  })

  it('keeps the first columns of wider rows', () => {
    const ring = new Ring(4, 2)
    ring.write(1000, [1, 10, 100, 2, 20, 200], 3)
    expect([ring.at(1000, 0), ring.at(1000, 1), ring.at(1001, 0), ring.at(1001, 1), ring.end]).toEqual([1, 10, 2, 20, 1002])
  })

  it('forgets the oldest rows', () => {
    const ring = new Ring(4, 1)
    ring.write(10, [1, 2, 3, 4, 5, 6])
    expect(values(ring, 10, 16)).toEqual([Number.NaN, Number.NaN, 3, 4, 5, 6])
  })

  it('leaves a hole where rows did not come, and fills it when they do', () => {
    const ring = new Ring(8, 1)
    ring.write(10, [1])
    ring.write(13, [4])
    expect(values(ring, 10, 14)).toEqual([1, Number.NaN, Number.NaN, 4])
    ring.write(11, [2, 3])
    expect(values(ring, 10, 14)).toEqual([1, 2, 3, 4])
    expect(ring.end).toBe(14)
  })

  it('begins anew when time jumps', () => {
    const ring = new Ring(4, 1)
    ring.write(10, [1, 2])
    ring.write(1_000_000, [3])
    expect([ring.at(11, 0), ring.at(1_000_000, 0), ring.end]).toEqual([Number.NaN, 3, 1_000_001])
  })
})
