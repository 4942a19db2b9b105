import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { type Outlines, outlinesOf, type WorldTopology } from '../../../../src/web/map/outlines.ts'

const file = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json')
const outlines = outlinesOf(JSON.parse(readFileSync(file, 'utf8')) as WorldTopology)

describe('the outlines of the Earth', () => {
  it('know land from water', () => {
    expect(isLand(outlines, 35.7, -117.5)).toBe(true)
    expect(isLand(outlines, 64.9, -18.5)).toBe(true)
    expect(isLand(outlines, -80, 100)).toBe(true)
    expect(isLand(outlines, 0, -140)).toBe(false)
    expect(isLand(outlines, 57, 3)).toBe(false)
  })

  it('go on across the date line instead of around the Earth', () => {
    expect([isLand(outlines, 66.5, -175), isLand(outlines, 68, 177)]).toEqual([true, true])
    expect([isLand(outlines, 73.5, 0), isLand(outlines, 70.5, -60), isLand(outlines, 61, -177)]).toEqual([false, false, false])
    expect([isLand(outlines, -89, 30), isLand(outlines, -89, -179.9), isLand(outlines, -60, 30)]).toEqual([true, true, false])
    for (const { points } of [...outlines.land, ...outlines.borders]) {
      for (let i = 2; i < points.length; i += 2) {
        const isAtPole = points[i + 1] === -90
        if (!isAtPole && Math.abs(points[i]! - points[i - 2]!) > 20)
          expect.fail(`${points[i - 2]} to ${points[i]} at ${points[i + 1]}`)
      }
    }
  })

  it('have borders between countries, none of them along a coast', () => {
    expect(outlines.borders.length).toBeGreaterThan(100)
    const points = outlines.borders.flatMap(({ points }) => [...points])
    // New Zealand has no neighbour.
    expect(points.some((_, i) => i % 2 === 0 && points[i]! > 166 && points[i]! < 179 && points[i + 1]! < -34)).toBe(false)
  })

  it('know the box of each', () => {
    for (const { points, box } of outlines.land) {
      for (let i = 0; i < points.length; i += 2) {
        const [longitude, latitude] = [points[i]!, points[i + 1]!]
        const isIn =
          longitude >= box.west - 1e-4 &&
          longitude <= box.east + 1e-4 &&
          latitude >= box.south - 1e-4 &&
          latitude <= box.north + 1e-4
        if (!isIn) expect.fail(`${longitude} ${latitude} outside ${JSON.stringify(box)}`)
      }
    }
  })
})

/** Crossings of a ray to the north, all turns of the Earth taken together. */
function isLand({ land }: Outlines, latitude: number, longitude: number): boolean {
  let crossings = 0
  for (const { points } of land) {
    for (const x of [longitude - 360, longitude, longitude + 360]) {
      for (let i = 0; i < points.length; i += 2) {
        const next = (i + 2) % points.length
        const [ax, ay, bx, by] = [points[i]!, points[i + 1]!, points[next]!, points[next + 1]!]
        if (ax > x !== bx > x && latitude < ay + ((x - ax) / (bx - ax)) * (by - ay)) crossings++
      }
    }
  }
  return crossings % 2 === 1
}
