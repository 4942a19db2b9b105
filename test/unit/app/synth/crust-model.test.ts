import { describe, expect, it } from 'vitest'
import { CRUST, raysTo, travelTime, velocityAt } from '../../../../src/app/synth/crust-model.ts'

const DISTANCES = [1, 5, 12, 30, 60, 100]
const DEPTHS = [3, 8, 15]

describe('travel times', () => {
  it('solve the eikonal equation: direct waves travel at the speed of the crust everywhere', () => {
    const step = 1e-3
    const direct = (distance: number, depth: number) => raysTo('P', distance, depth).find((ray) => ray.path === 'direct')!.seconds
    for (const distance of DISTANCES) {
      for (const depth of DEPTHS) {
        const along = (direct(distance + step, depth) - direct(distance - step, depth)) / (2 * step)
        const down = (direct(distance, depth + step) - direct(distance, depth - step)) / (2 * step)
        expect(Math.hypot(along, down) * velocityAt('P', depth)).toBeCloseTo(1, 5)
      }
    }
  })

  it('change with distance by the slowness of the ray, direct and along the Moho', () => {
    for (const distance of [...DISTANCES, 160, 220]) {
      for (const [index, ray] of raysTo('S', distance, 10).entries()) {
        const further = raysTo('S', distance + 1e-3, 10)[index]!
        expect((further.seconds - ray.seconds) / 1e-3).toBeCloseTo(ray.slowness, 4)
      }
    }
  })

  it('make the head wave overtake between 90 and 140 km', () => {
    expect(raysTo('P', 90, 10)[0]!.path).toBe('direct')
    expect(raysTo('P', 140, 10)[0]!.path).toBe('head')
    expect(raysTo('P', 20, 10)).toHaveLength(1)
  })

  it('keep P and S apart by the ratio of their speeds', () => {
    for (const distance of [...DISTANCES, 200]) {
      expect(travelTime('S', distance, 8) / travelTime('P', distance, 8)).toBeCloseTo(CRUST.ratioPtoS, 9)
    }
  })

  it('are straight up right above the source', () => {
    const [ray] = raysTo('P', 0, 10)
    const slowest = 10 / velocityAt('P', 0)
    const fastest = 10 / velocityAt('P', 10)
    expect(ray).toMatchObject({ takeOff: 180, slowness: 0 })
    expect(ray!.seconds).toBeGreaterThan(fastest)
    expect(ray!.seconds).toBeLessThan(slowest)
  })
})

it('rays leave the source as Snell says', () => {
  for (const distance of DISTANCES) {
    const [ray] = raysTo('P', distance, 8)
    expect(Math.sin((ray!.takeOff * Math.PI) / 180)).toBeCloseTo(ray!.slowness * velocityAt('P', 8), 9)
  }
  expect(raysTo('P', 2, 8)[0]!.takeOff).toBeGreaterThan(90)
  expect(raysTo('P', 100, 8)[0]!.takeOff).toBeLessThan(90)
})
