import { KM_PER_DEGREE, type Place, placeTowards } from '../../domain/place.ts'

export interface Ellipse {
  /** Half axes. */
  readonly majorKm: number
  readonly minorKm: number
  /** Of the long axis, degrees clockwise from north. */
  readonly azimuth: number
}

const CORNERS = 72

/** The outline of an ellipse on the Earth; distances along great circles, so that it holds far from the equator, too. */
export function ellipseOutline(centre: Place, { majorKm, minorKm, azimuth }: Ellipse): Place[] {
  return Array.from({ length: CORNERS }, (_, i) => {
    const angle = (i / CORNERS) * 2 * Math.PI
    const along = majorKm * Math.cos(angle)
    const across = minorKm * Math.sin(angle)
    const direction = azimuth + (Math.atan2(across, along) * 180) / Math.PI
    return placeTowards(centre, Math.hypot(along, across) / KM_PER_DEGREE, (direction + 360) % 360)
  })
}
