/** More stations than this are drawn smaller. */
const FEW_STATIONS = 120
const LARGE_RADIUS = 5.5
const SMALL_RADIUS = 3.5

/** Of an epicentre's star, pixels. */
export const STAR_RADIUS = 9

/** Of the stations' marks, pixels. */
export function markRadius(stations: number): number {
  return stations > FEW_STATIONS ? SMALL_RADIUS : LARGE_RADIUS
}
