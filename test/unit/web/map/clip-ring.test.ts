import { describe, expect, it } from 'vitest'
import { clipRing } from '../../../../src/web/map/clip-ring.ts'

const BOX = { west: 0, east: 10, south: 0, north: 10 }

describe('a coast cut to what is seen', () => {
  it('is itself when all of it is seen, and nothing when none is', () => {
    const ring = [1, 1, 9, 1, 5, 8]
    expect([...corners(clipRing(ring, BOX))]).toEqual([...corners(ring)])
    expect(clipRing([11, 1, 19, 1, 15, 8], BOX)).toHaveLength(0)
  })

  it('is the whole box when the land is larger', () => {
    expect(areaOf(clipRing([-100, -100, 100, -100, 100, 100, -100, 100], BOX))).toBeCloseTo(100)
  })

  it('ends at the sides, where the coast crosses them', () => {
    const clipped = clipRing([5, 5, 15, 5, 15, 7, 5, 7], BOX)
    expect(areaOf(clipped)).toBeCloseTo(10)
    expect(corners(clipped)).toEqual(new Set(['5,5', '10,5', '10,7', '5,7']))
  })

  it('fills a corner that the coast goes around', () => {
    // A triangle over the north-east corner: what is left has the corner of the box.
    const clipped = clipRing([5, 15, 15, 5, 15, 15], { ...BOX, east: 12, north: 12 })
    expect(corners(clipped)).toEqual(new Set(['8,12', '12,8', '12,12']))
  })

  it('agrees with counting points for many-cornered coasts', () => {
    let state = 7
    const random = () => {
      state = (state * 16_807) % 2_147_483_647
      return state / 2_147_483_647
    }
    for (let round = 0; round < 50; round++) {
      const corners = Array.from({ length: 40 }, (_, i) => {
        const [angle, radius] = [(i / 40) * 2 * Math.PI, 3 + 7 * random()]
        return [4 + radius * Math.cos(angle), 6 + radius * Math.sin(angle)]
      })
      const ring = Float32Array.from(corners.flat())
      const clipped = clipRing(ring, BOX)
      for (let probe = 0; probe < 40; probe++) {
        const [x, y] = [10 * random(), 10 * random()]
        expect(isInside(clipped, x, y)).toBe(isInside(ring, x, y))
      }
    }
  })
})

function corners(ring: ArrayLike<number>): Set<string> {
  return new Set(Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]},${ring[2 * i + 1]}`))
}

function areaOf(ring: ArrayLike<number>): number {
  let twice = 0
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length
    twice += ring[i]! * ring[next + 1]! - ring[next]! * ring[i + 1]!
  }
  return Math.abs(twice) / 2
}

function isInside(ring: ArrayLike<number>, x: number, y: number): boolean {
  let inside = false
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length
    const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[next]!, ring[next + 1]!]
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside
  }
  return inside
}
