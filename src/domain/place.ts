/** A point on the surface, degrees. */
export interface Place {
  readonly latitude: number
  readonly longitude: number
}

/** Of a sphere of 6371 km, as travel-time tables use. */
export const KM_PER_DEGREE = (6371 * Math.PI) / 180

const RADIAN = Math.PI / 180

/** Great-circle distance (haversine: exact for near and far). @returns degrees, 0–180 */
export function distanceDegrees(a: Place, b: Place): number {
  const north = Math.sin(((b.latitude - a.latitude) * RADIAN) / 2)
  const east = Math.sin(((b.longitude - a.longitude) * RADIAN) / 2)
  const square = north * north + Math.cos(a.latitude * RADIAN) * Math.cos(b.latitude * RADIAN) * east * east
  return (2 * Math.asin(Math.min(1, Math.sqrt(square)))) / RADIAN
}

/** Direction from one place to another, degrees clockwise from north, 0–360. */
export function azimuthDegrees(from: Place, to: Place): number {
  const east = (to.longitude - from.longitude) * RADIAN
  const [lower, upper] = [from.latitude * RADIAN, to.latitude * RADIAN]
  const y = Math.sin(east) * Math.cos(upper)
  const x = Math.cos(lower) * Math.sin(upper) - Math.sin(lower) * Math.cos(upper) * Math.cos(east)
  return (Math.atan2(y, x) / RADIAN + 360) % 360
}

/** The place at a distance (degrees along the great circle) and direction (degrees clockwise from north) from another. */
export function placeTowards(from: Place, distance: number, azimuth: number): Place {
  const [latitude, delta, direction] = [from.latitude * RADIAN, distance * RADIAN, azimuth * RADIAN]
  const sine = Math.sin(latitude) * Math.cos(delta) + Math.cos(latitude) * Math.sin(delta) * Math.cos(direction)
  const y = Math.sin(direction) * Math.sin(delta) * Math.cos(latitude)
  const x = Math.cos(delta) - Math.sin(latitude) * sine
  const longitude = from.longitude + Math.atan2(y, x) / RADIAN
  return { latitude: Math.asin(Math.max(-1, Math.min(1, sine))) / RADIAN, longitude: ((longitude + 540) % 360) - 180 }
}
