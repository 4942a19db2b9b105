import { type Box, clipRing } from './clip-ring.ts'
import type { Outline, Outlines } from './outlines.ts'
import { longitudeScale, type MapView, type Size } from './projection.ts'

export interface LandColours {
  readonly water: string
  readonly land: string
  readonly line: string
}

/** Points nearer than this to the one before are left out, and islands that are smaller. */
const LEAST_PIXELS = 0.7
/** Strokes of edges made by clipping stay outside. */
const PADDING_PIXELS = 20
/** Water, land, coasts, borders. */
export function drawLand(
  context: CanvasRenderingContext2D,
  outlines: Outlines | undefined,
  view: MapView,
  size: Size,
  colours: LandColours,
): void {
  context.fillStyle = colours.water
  context.fillRect(0, 0, size.width, size.height)
  if (!outlines) return
  const shown = boxOf(view, size)
  context.beginPath()
  for (const ring of outlines.land) tracedTurns(context, ring, view, size, shown, true)
  context.fillStyle = colours.land
  context.fill('evenodd')
  context.strokeStyle = colours.line
  context.lineWidth = 1
  context.stroke()
  context.beginPath()
  for (const line of outlines.borders) tracedTurns(context, line, view, size, shown, false)
  context.setLineDash([4, 3])
  context.stroke()
  context.setLineDash([])
}

/** What the canvas shows, and a little more. */
function boxOf(view: MapView, { width, height }: Size): Box {
  const aside = (width / 2 + PADDING_PIXELS) / longitudeScale(view)
  const up = (height / 2 + PADDING_PIXELS) / view.scale
  return { west: view.longitude - aside, east: view.longitude + aside, south: view.latitude - up, north: view.latitude + up }
}

function tracedTurns(
  context: CanvasRenderingContext2D,
  { points, box }: Outline,
  view: MapView,
  size: Size,
  shown: Box,
  isRing: boolean,
): void {
  if (box.north < shown.south || box.south > shown.north) return
  if ((box.east - box.west) * longitudeScale(view) < LEAST_PIXELS && (box.north - box.south) * view.scale < LEAST_PIXELS) return
  // As often as the Earth is seen side by side.
  const last = Math.floor((shown.east - box.west) / 360) * 360
  for (let turn = Math.ceil((shown.west - box.east) / 360) * 360; turn <= last; turn += 360) {
    const local = { ...shown, west: shown.west - turn, east: shown.east - turn }
    trace(context, isRing && !isInside(box, local) ? clipRing(points, local) : points, turn, view, size, isRing)
  }
}

function isInside(inner: Box, outer: Box): boolean {
  return inner.west >= outer.west && inner.east <= outer.east && inner.south >= outer.south && inner.north <= outer.north
}

function trace(
  context: CanvasRenderingContext2D,
  points: ArrayLike<number>,
  turn: number,
  view: MapView,
  { width, height }: Size,
  isRing: boolean,
): void {
  const perLongitude = longitudeScale(view)
  let lastX = Number.NaN
  let lastY = Number.NaN
  for (let i = 0; i < points.length; i += 2) {
    const x = width / 2 + ((points[i] as number) + turn - view.longitude) * perLongitude
    const y = height / 2 - ((points[i + 1] as number) - view.latitude) * view.scale
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < LEAST_PIXELS && i + 2 < points.length) continue
    if (i === 0) context.moveTo(x, y)
    else context.lineTo(x, y)
    lastX = x
    lastY = y
  }
  if (isRing) context.closePath()
}
