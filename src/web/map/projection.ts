import { KM_PER_DEGREE, type Place } from '../../domain/place.ts'

/**
 * What part of the Earth a map shows. Equirectangular: meridians are upright and `parallel` keeps shapes true around it. Unlike
 * Mercator it has the poles, where there are stations, and its scale does not run away. `parallel` is set when the map is fitted
 * and kept while it is moved, so that coasts do not change shape under the hand.
 */
export interface MapView {
  /** Centre, degrees; the longitude may be any turn of it. */
  readonly latitude: number
  readonly longitude: number
  /** Pixels per degree of latitude. */
  readonly scale: number
  /** Degrees. */
  readonly parallel: number
}

/** CSS pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

const RADIAN = Math.PI / 180
/** Some 10 m per pixel. */
const LARGEST_SCALE = 10_000
/** A single station, or a dense network, is shown with so much around it. */
const LEAST_EXTENT_KM = 300
/** Part of the map around the outermost stations. */
const MARGIN = 0.1
/** True shapes near the poles would be infinitely wide. */
const HIGHEST_PARALLEL = 75

/** Longitudes within half a turn of `near`. */
export function nearestTurn(longitude: number, near: number): number {
  return longitude - 360 * Math.round((longitude - near) / 360)
}

/** Pixels per degree of longitude. */
export function longitudeScale({ scale, parallel }: MapView): number {
  return scale * Math.cos(parallel * RADIAN)
}

/** Where a place is drawn: the turn of it that is nearest to the centre. */
export function project(view: MapView, { width, height }: Size, { latitude, longitude }: Place): Point {
  return {
    x: width / 2 + (nearestTurn(longitude, view.longitude) - view.longitude) * longitudeScale(view),
    y: height / 2 - (latitude - view.latitude) * view.scale,
  }
}

/** The place at a point; longitude −180 to 180. */
export function placeAt(view: MapView, { width, height }: Size, { x, y }: Point): Place {
  const longitude = view.longitude + (x - width / 2) / longitudeScale(view)
  return { latitude: view.latitude - (y - height / 2) / view.scale, longitude: nearestTurn(longitude, 0) }
}

/** The view that shows all places, at least some 300 km; the whole Earth without any. Networks across the date line stay together. */
export function fitView(places: readonly Place[], size: Size): MapView {
  const { west, east } = longitudeRange(places.map(({ longitude }) => longitude))
  const latitudes = places.map(({ latitude }) => latitude)
  const [south, north] = places.length === 0 ? [-85, 85] : [Math.min(...latitudes), Math.max(...latitudes)]
  const latitude = (south + north) / 2
  const parallel = Math.max(-HIGHEST_PARALLEL, Math.min(HIGHEST_PARALLEL, latitude))
  const narrowing = Math.cos(parallel * RADIAN)
  const least = LEAST_EXTENT_KM / KM_PER_DEGREE
  const wide = Math.max(least, (east - west) * narrowing)
  const high = Math.max(least, north - south)
  const scale = Math.min(size.width / wide, size.height / high) * (1 - 2 * MARGIN)
  return limited({ latitude, longitude: nearestTurn((west + east) / 2, 0), scale, parallel }, size)
}

/** Zooms so that the place under `point` stays where it is. */
export function zoomAt(view: MapView, size: Size, { x, y }: Point, factor: number): MapView {
  const scaled = limited({ ...view, scale: view.scale * factor }, size)
  const kept = 1 - view.scale / scaled.scale
  const longitude = view.longitude + ((x - size.width / 2) / longitudeScale(view)) * kept
  const latitude = view.latitude - ((y - size.height / 2) / view.scale) * kept
  return limited({ ...scaled, longitude, latitude }, size)
}

/** Moves the map with the hand: what was at a point is at the point + (x, y). */
export function panBy(view: MapView, size: Size, { x, y }: Point): MapView {
  return limited(
    { ...view, longitude: view.longitude - x / longitudeScale(view), latitude: view.latitude + y / view.scale },
    size,
  )
}

/** Of a horizontal line through the centre. */
export function kmPerPixel(view: MapView): number {
  return (KM_PER_DEGREE * Math.cos(view.latitude * RADIAN)) / longitudeScale(view)
}

/** Never more than once around the Earth, nor closer than means anything. */
function limited(view: MapView, { width }: Size): MapView {
  const smallest = width / 360 / Math.cos(view.parallel * RADIAN)
  return {
    ...view,
    latitude: Math.max(-90, Math.min(90, view.latitude)),
    longitude: nearestTurn(view.longitude, 0),
    scale: Math.max(smallest, Math.min(LARGEST_SCALE, view.scale)),
  }
}

/** The shortest arc with all longitudes: it begins after the widest gap. `east` may be over 180. */
function longitudeRange(longitudes: readonly number[]): { west: number; east: number } {
  if (longitudes.length === 0) return { west: -180, east: 180 }
  const sorted = longitudes.map((longitude) => nearestTurn(longitude, 0)).sort((a, b) => a - b)
  let west = sorted[0] as number
  let widest = west + 360 - (sorted.at(-1) as number)
  for (let i = 1; i < sorted.length; i++) {
    const gap = (sorted[i] as number) - (sorted[i - 1] as number)
    if (gap <= widest) continue
    widest = gap
    west = sorted[i] as number
  }
  return { west, east: west + 360 - widest }
}
