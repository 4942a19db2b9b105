import { describe, expect, it } from 'vitest'
import { distanceDegrees, KM_PER_DEGREE } from '../../../../src/domain/place.ts'
import { fitView, kmPerPixel, longitudeScale, panBy, placeAt, project, zoomAt } from '../../../../src/web/map/projection.ts'

const SIZE = { width: 800, height: 500 }
const RIDGECREST = [
  { latitude: 35.6, longitude: -117.7 },
  { latitude: 36.1, longitude: -118.2 },
  { latitude: 35.2, longitude: -116.9 },
]
const FIJI = [
  { latitude: -17.8, longitude: 178.1 },
  { latitude: -16.7, longitude: -179.9 },
  { latitude: -19.0, longitude: -178.5 },
]

describe('the view that is fitted', () => {
  it('has every station inside, with a margin', () => {
    for (const places of [RIDGECREST, FIJI, [...RIDGECREST, ...FIJI]]) {
      const view = fitView(places, SIZE)
      for (const place of places) {
        const { x, y } = project(view, SIZE, place)
        expect(Math.min(x, SIZE.width - x)).toBeGreaterThan(0.05 * SIZE.width)
        expect(Math.min(y, SIZE.height - y)).toBeGreaterThan(0.05 * SIZE.height)
      }
    }
  })

  it('keeps a network across the date line together', () => {
    const view = fitView(FIJI, SIZE)
    expect(view.longitude).toBeCloseTo(179.8, 6)
    expect(kmPerPixel(view)).toBeLessThan(1.2)
    const xs = FIJI.map((place) => project(view, SIZE, place).x)
    expect([...xs].sort((a, b) => a - b)).toEqual(xs)
  })

  it('shows a single station with some 300 km around it', () => {
    const view = fitView([{ latitude: 60, longitude: 10 }], SIZE)
    expect(project(view, SIZE, { latitude: 60, longitude: 10 })).toEqual({ x: 400, y: 250 })
    expect(kmPerPixel(view) * SIZE.height).toBeCloseTo(300 / 0.8, 6)
  })

  it('shows the whole Earth without any station, and the poles with a station there', () => {
    const world = fitView([], SIZE)
    expect(project(world, SIZE, { latitude: 0, longitude: 0 })).toEqual({ x: 400, y: 250 })
    expect(project(world, SIZE, { latitude: 85, longitude: 179 }).x).toBeLessThan(SIZE.width)
    const pole = fitView([{ latitude: -90, longitude: 0 }], SIZE)
    expect(project(pole, SIZE, { latitude: -90, longitude: 0 })).toEqual({ x: 400, y: 250 })
  })
})

describe('places and points', () => {
  const view = fitView(RIDGECREST, SIZE)

  it('are each other’s way back', () => {
    const place = { latitude: 35.9, longitude: -117.1 }
    const back = placeAt(view, SIZE, project(view, SIZE, place))
    expect(back.latitude).toBeCloseTo(place.latitude, 9)
    expect(back.longitude).toBeCloseTo(place.longitude, 9)
  })

  it('have the scale of the bar along the parallel', () => {
    const a = placeAt(view, SIZE, { x: 350, y: 250 })
    const b = placeAt(view, SIZE, { x: 450, y: 250 })
    expect(distanceDegrees(a, b) * KM_PER_DEGREE).toBeCloseTo(100 * kmPerPixel(view), 2)
  })

  it('stay under the hand when the map is moved', () => {
    const before = project(view, SIZE, RIDGECREST[0]!)
    const after = project(panBy(view, SIZE, { x: 30, y: -20 }), SIZE, RIDGECREST[0]!)
    expect(after.x - before.x).toBeCloseTo(30, 6)
    expect(after.y - before.y).toBeCloseTo(-20, 6)
  })

  it('stay under the pointer when it is zoomed', () => {
    const at = { x: 610, y: 90 }
    const place = placeAt(view, SIZE, at)
    const zoomed = zoomAt(view, SIZE, at, 1.7)
    expect(zoomed.scale).toBeCloseTo(view.scale * 1.7, 6)
    const after = project(zoomed, SIZE, place)
    expect(after.x).toBeCloseTo(at.x, 6)
    expect(after.y).toBeCloseTo(at.y, 6)
  })

  it('do not go beyond the poles, nor closer than some metres', () => {
    expect(panBy(view, SIZE, { x: 0, y: 1e6 }).latitude).toBe(90)
    expect(zoomAt(view, SIZE, { x: 0, y: 0 }, 1e9).scale).toBe(10_000)
  })

  it('are each on the map once when one looks from afar', () => {
    const afar = zoomAt(view, SIZE, { x: 0, y: 0 }, 1e-9)
    expect(longitudeScale(afar) * 360).toBeCloseTo(SIZE.width, 6)
  })
})
