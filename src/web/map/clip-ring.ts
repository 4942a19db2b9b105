/** Degrees. */
export interface Box {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

/**
 * The part of a polygon inside a box (Sutherland and Hodgman 1974): one pass per side. A coast of 80,000 points is a few hundred
 * when one looks at a region.
 *
 * @param ring longitude, latitude, longitude …; closed without repeating the first point
 * @returns the same, empty when nothing is inside
 */
export function clipRing(ring: ArrayLike<number>, { west, east, south, north }: Box): ArrayLike<number> {
  let clipped = clipSide(ring, 0, west, 1)
  clipped = clipSide(clipped, 0, east, -1)
  clipped = clipSide(clipped, 1, south, 1)
  return clipSide(clipped, 1, north, -1)
}

/**
 * @param axis 0 longitude, 1 latitude
 * @param sign 1 keeps what is above the limit, −1 what is below
 */
function clipSide(ring: ArrayLike<number>, axis: 0 | 1, limit: number, sign: 1 | -1): ArrayLike<number> {
  const clipped: number[] = []
  const count = ring.length / 2
  for (let i = 0; i < count; i++) {
    const before = (i === 0 ? count - 1 : i - 1) * 2
    const a = ((ring[before + axis] as number) - limit) * sign
    const b = ((ring[i * 2 + axis] as number) - limit) * sign
    if (a >= 0 !== b >= 0) {
      const part = a / (a - b)
      for (const each of [0, 1]) {
        const from = ring[before + each] as number
        clipped.push(each === axis ? limit : from + ((ring[i * 2 + each] as number) - from) * part)
      }
    }
    if (b >= 0) clipped.push(ring[i * 2] as number, ring[i * 2 + 1] as number)
  }
  return clipped
}
