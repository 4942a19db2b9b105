import { feature, mesh } from 'topojson-client'
import type { Box } from './clip-ring.ts'
import { nearestTurn } from './projection.ts'

/** A line or a closed ring, with the box around it. */
export interface Outline {
  /** Longitude, latitude, longitude …, degrees, beyond ±180 where it crosses the date line; a ring does not repeat its first point. */
  readonly points: Float32Array
  readonly box: Box
}

/** Coasts and borders of the whole Earth. */
export interface Outlines {
  /** Rings; what an odd number of them surrounds is land. */
  readonly land: readonly Outline[]
  /** Between countries; lines. */
  readonly borders: readonly Outline[]
}

type Topology = Parameters<typeof mesh>[0]
type GeometryObject = NonNullable<Parameters<typeof mesh>[1]>

/** As world-atlas packs Natural Earth. */
export type WorldTopology = Topology & { readonly objects: { readonly countries: GeometryObject; readonly land: GeometryObject } }

/** Unpacks TopoJSON into flat arrays, which are drawn without looking anything up. */
export function outlinesOf(topology: WorldTopology): Outlines {
  const { countries, land } = topology.objects
  return {
    land: polygonsOf(feature(topology, land)).flatMap((rings) => rings.map(ringOf)),
    borders: mesh(topology, countries, (a, b) => a !== b).coordinates.map((line) => outlineOf(unwound(line))),
  }
}

function polygonsOf(shape: ReturnType<typeof feature>): readonly (readonly (readonly Position[])[])[] {
  const shapes = shape.type === 'FeatureCollection' ? shape.features : [shape]
  return shapes.flatMap(({ geometry }) => {
    if (geometry.type === 'MultiPolygon') return geometry.coordinates
    return geometry.type === 'Polygon' ? [geometry.coordinates] : []
  })
}

type Position = readonly number[]

/** Antarctica goes around the pole: its coast is a ring when it comes back by the pole itself. */
function ringOf(ring: readonly Position[]): Outline {
  const positions = unwound(ring)
  const [first, last] = [positions[0]?.[0] ?? 0, positions.at(-1)?.[0] ?? 0]
  if (Math.abs(last - first) < 180) return outlineOf(positions.slice(0, -1))
  return outlineOf([...positions, [last, -90], [first, -90]])
}

/** The file jumps from 180° to −180°; here a coast goes on beyond. */
function unwound(positions: readonly Position[]): Position[] {
  let before = positions[0]?.[0] ?? 0
  return positions.map(([longitude = 0, latitude = 0]) => {
    before = nearestTurn(longitude, before)
    return [before, latitude]
  })
}

function outlineOf(positions: readonly Position[]): Outline {
  const points = new Float32Array(positions.length * 2)
  const box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity }
  positions.forEach(([longitude = 0, latitude = 0], i) => {
    points[i * 2] = longitude
    points[i * 2 + 1] = latitude
    box.west = Math.min(box.west, longitude)
    box.east = Math.max(box.east, longitude)
    box.south = Math.min(box.south, latitude)
    box.north = Math.max(box.north, latitude)
  })
  return { points, box }
}
