import { describe, expect, it } from 'vitest'
import { azimuthDegrees, distanceDegrees, KM_PER_DEGREE } from '../../../../src/domain/place.ts'
import { ellipseOutline } from '../../../../src/web/map/error-ellipse.ts'

describe('the outline of an error ellipse', () => {
  const centre = { latitude: 64, longitude: 179.5 }
  const outline = ellipseOutline(centre, { majorKm: 80, minorKm: 20, azimuth: 30 })
  const distances = outline.map((place) => distanceDegrees(centre, place) * KM_PER_DEGREE)

  it('lies between its half axes', () => {
    expect(Math.max(...distances)).toBeCloseTo(80, 6)
    expect(Math.min(...distances)).toBeCloseTo(20, 6)
  })

  it('is long in its direction, far from the equator and across the date line', () => {
    const farthest = outline[distances.indexOf(Math.max(...distances))]!
    expect(azimuthDegrees(centre, farthest) % 180).toBeCloseTo(30, 6)
  })
})
