import type { Palette } from '../plot/palette.ts'
import type { StationState } from '../ui/station-state.ts'
import { ellipseOutline } from './error-ellipse.ts'
import { detectionStrength, eventStrength, type MapScene } from './map-scene.ts'
import { markRadius, STAR_RADIUS } from './mark-size.ts'
import { type MapView, type Point, project, type Size } from './projection.ts'
import { STATION_SHAPES } from './station-shapes.ts'

const LABEL_FONT = '11px system-ui, sans-serif'
const LABEL_HEIGHT = 13
const FULL = 2 * Math.PI

interface Drawing {
  readonly context: CanvasRenderingContext2D
  readonly scene: MapScene
  readonly view: MapView
  readonly size: Size
  readonly palette: Palette
}

/** @param flashes of detections that have just come: id and how far, 0–1 */
export function drawScene(drawing: Drawing, flashes: readonly { id: string; phase: number }[]): void {
  drawEllipses(drawing)
  const places = new Map(
    drawing.scene.stations.map(({ station, place }) => [station, project(drawing.view, drawing.size, place)]),
  )
  drawDetections(drawing, places)
  drawFlashes(drawing, places, flashes)
  drawStations(drawing, places)
  drawEpicentres(drawing)
  drawLabels(drawing, places)
}

function drawEllipses({ context, scene, view, size, palette }: Drawing): void {
  for (const event of scene.events) {
    if (!event.location) continue
    context.globalAlpha = event.id === scene.event ? 1 : eventStrength(event, scene.dataTime)
    context.beginPath()
    for (const [i, place] of ellipseOutline(event.location, event.location.ellipse).entries()) {
      const { x, y } = project(view, size, place)
      if (i === 0) context.moveTo(x, y)
      else context.lineTo(x, y)
    }
    context.closePath()
    context.strokeStyle = palette.for
    context.lineWidth = 1.5
    context.setLineDash([6, 4])
    context.stroke()
    context.setLineDash([])
    context.globalAlpha *= 0.12
    context.fillStyle = palette.for
    context.fill()
  }
  context.globalAlpha = 1
}

function drawDetections({ context, scene, palette }: Drawing, places: ReadonlyMap<string, Point>): void {
  const radius = markRadius(scene.stations.length) + 4
  context.strokeStyle = palette.alarm
  context.lineWidth = 2.5
  for (const detection of scene.detections) {
    const strength = detectionStrength(detection, scene.dataTime)
    const place = places.get(detection.station)
    if (!place || strength === 0) continue
    context.globalAlpha = strength
    ring(context, place, radius)
  }
  context.globalAlpha = 1
}

function drawFlashes(
  { context, scene, palette }: Drawing,
  places: ReadonlyMap<string, Point>,
  flashes: readonly { id: string; phase: number }[],
): void {
  const radius = markRadius(scene.stations.length)
  context.strokeStyle = palette.alarm
  context.lineWidth = 3
  for (const { id, phase } of flashes) {
    const station = scene.detections.find((detection) => detection.id === id)?.station
    const place = station === undefined ? undefined : places.get(station)
    if (!place) continue
    // Three waves.
    const wave = (phase * 3) % 1
    context.globalAlpha = 1 - wave
    ring(context, place, radius + 4 + wave * 24)
  }
  context.globalAlpha = 1
}

function drawStations({ context, scene, palette }: Drawing, places: ReadonlyMap<string, Point>): void {
  const radius = markRadius(scene.stations.length)
  for (const { station, state } of scene.stations) {
    const { x, y } = places.get(station) as Point
    context.save()
    context.translate(x, y)
    // A rim, so that marks that touch are told apart, and land on land.
    context.fillStyle = palette.panel
    context.beginPath()
    context.arc(0, 0, radius + 1.5, 0, FULL)
    context.fill()
    const colour = stateColour(state, palette)
    context.fillStyle = colour
    context.strokeStyle = colour
    context.lineWidth = 1.8
    STATION_SHAPES[state](context, radius)
    context.restore()
    if (station !== scene.selected && station !== scene.pointed) continue
    context.strokeStyle = palette.text
    context.lineWidth = station === scene.selected ? 2.5 : 1.5
    ring(context, { x, y }, radius + 7)
  }
}

function drawEpicentres({ context, scene, view, size, palette }: Drawing): void {
  for (const event of scene.events) {
    if (!event.location) continue
    const { x, y } = project(view, size, event.location)
    context.globalAlpha = event.id === scene.event ? 1 : eventStrength(event, scene.dataTime)
    star(context, x, y, STAR_RADIUS)
    context.fillStyle = palette.for
    context.fill()
    context.strokeStyle = palette.text
    context.lineWidth = 1.2
    context.stroke()
  }
  context.globalAlpha = 1
}

/** Codes of the stations, as many as do not cover each other; the marked ones always. */
function drawLabels(drawing: Drawing, places: ReadonlyMap<string, Point>): void {
  const { context, scene, view, size } = drawing
  context.font = LABEL_FONT
  const gap = markRadius(scene.stations.length) + 4
  const taken: Box[] = [...places.values()].map((place) => around(place, gap - 2))
  const epicentre = scene.events.find(({ id }) => id === scene.event)?.location
  if (epicentre) {
    const place = project(view, size, epicentre)
    taken.push(around(place, STAR_RADIUS))
    label(drawing, 'preliminary', place, STAR_RADIUS + 2, taken, true)
  }
  const isMarked = (station: string) => station === scene.selected || station === scene.pointed
  const order = [...scene.stations].sort((a, b) => Number(isMarked(b.station)) - Number(isMarked(a.station)))
  for (const { station } of order) {
    const place = places.get(station) as Point
    if (place.x < 0 || place.y < 0 || place.x > size.width || place.y > size.height) continue
    label(drawing, station.slice(station.indexOf('_') + 1), place, gap, taken, isMarked(station))
  }
}

/** Beside, above or below its mark, where nothing is yet. @param isNeeded also when everything is taken */
function label(drawing: Drawing, text: string, { x, y }: Point, gap: number, taken: Box[], isNeeded: boolean): void {
  const { context, size, palette } = drawing
  const { width } = context.measureText(text)
  const sides: readonly Point[] = [
    { x: x + gap, y: y - LABEL_HEIGHT / 2 },
    { x: x - gap - width, y: y - LABEL_HEIGHT / 2 },
    { x: x - width / 2, y: y - gap - LABEL_HEIGHT },
    { x: x - width / 2, y: y + gap },
  ]
  const boxes = sides.map((side) => ({ left: side.x, right: side.x + width, top: side.y, bottom: side.y + LABEL_HEIGHT }))
  const box =
    boxes.find((each) => isInside(each, size) && !taken.some((other) => overlap(other, each))) ??
    (isNeeded ? boxes[0] : undefined)
  if (!box) return
  taken.push(box)
  haloed(context, text, box.left, box.bottom - 3, palette)
}

function isInside({ left, right, top, bottom }: Box, { width, height }: Size): boolean {
  return left >= 0 && top >= 0 && right <= width && bottom <= height
}

function around({ x, y }: Point, radius: number): Box {
  return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

function haloed(context: CanvasRenderingContext2D, text: string, x: number, y: number, palette: Palette): void {
  context.font = LABEL_FONT
  context.lineJoin = 'round'
  context.lineWidth = 3
  context.strokeStyle = palette.panel
  context.strokeText(text, x, y)
  context.fillStyle = palette.text
  context.fillText(text, x, y)
}

function ring(context: CanvasRenderingContext2D, { x, y }: Point, radius: number): void {
  context.beginPath()
  context.arc(x, y, radius, 0, FULL)
  context.stroke()
}

function star(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath()
  for (let i = 0; i < 10; i++) {
    const length = i % 2 === 0 ? radius : radius * 0.45
    const angle = (i * Math.PI) / 5 - Math.PI / 2
    context.lineTo(x + length * Math.cos(angle), y + length * Math.sin(angle))
  }
  context.closePath()
}

function stateColour(state: StationState, palette: Palette): string {
  if (state === 'ok') return palette.good
  if (state === 'waiting') return palette.muted
  return state === 'latent' || state === 'gap' ? palette.warn : palette.alarm
}
