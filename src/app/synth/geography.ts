/** A point on the surface, degrees. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

export interface Path {
  readonly distanceKm: number
  /** Direction from the first place to the second, degrees clockwise from north. */
  readonly azimuth: number
  /** Direction from the second place back to the first. */
  readonly backAzimuth: number
}

const KM_PER_DEGREE = 111.195

/** The place so many kilometres east and north of another. Flat-Earth, good to a few hundred kilometres off the poles. */
export function placeAt(from: Place, eastKm: number, northKm: number): Place {
  const latitude = from.latitude + northKm / KM_PER_DEGREE
  const longitude = from.longitude + eastKm / (KM_PER_DEGREE * cosineOfMiddle(from.latitude, latitude))
  return { latitude, longitude }
}

/** Distance and directions, in the same flat-Earth approximation. */
export function pathBetween(from: Place, to: Place): Path {
  const northKm = (to.latitude - from.latitude) * KM_PER_DEGREE
  const eastKm = (to.longitude - from.longitude) * KM_PER_DEGREE * cosineOfMiddle(from.latitude, to.latitude)
  const azimuth = ((Math.atan2(eastKm, northKm) * 180) / Math.PI + 360) % 360
  return { distanceKm: Math.hypot(eastKm, northKm), azimuth, backAzimuth: (azimuth + 180) % 360 }
}

function cosineOfMiddle(latitudeA: number, latitudeB: number): number {
  return Math.cos((((latitudeA + latitudeB) / 2) * Math.PI) / 180)
}
