import { linearTicks } from '../plot/axis-ticks.ts'
import { drawLine } from '../plot/draw-line.ts'
import type { Palette } from '../plot/palette.ts'
import type { Moveout, MoveoutPoint } from './moveout.ts'
import type { SectionTrace } from './section-trace.ts'

export interface MoveoutLook {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** Member under pointer or focus: id of its detection. */
  readonly pointed?: string | undefined
}

const LEFT = 62
const RIGHT = 16
const TOP = 12
const BOTTOM = 34
const FONT = '11px system-ui, sans-serif'
/** Half height of a trace. */
const TRACE_PIXELS = 18
const MARK_PIXELS = 5

/** Onsets over distance with the predicted arrivals, and the traces behind them. */
export function drawMoveout(
  context: CanvasRenderingContext2D,
  moveout: Moveout,
  traces: readonly SectionTrace[],
  look: MoveoutLook,
  palette: Palette,
): void {
  context.font = FONT
  context.fillStyle = palette.panel
  context.fillRect(0, 0, look.width, look.height)
  drawAxes(context, moveout, look, palette)
  context.save()
  context.beginPath()
  context.rect(LEFT, 0, look.width - LEFT - RIGHT, look.height - BOTTOM)
  context.clip()
  drawTraces(context, moveout, traces, look, palette)
  drawPredictions(context, moveout, look, palette)
  context.restore()
  for (const point of moveout.points) drawOnset(context, point, moveout, look, palette)
}

/** The onset at a point. */
export function onsetAt(moveout: Moveout, look: MoveoutLook, at: { x: number; y: number }): MoveoutPoint | undefined {
  let nearest: MoveoutPoint | undefined
  let least = 14
  for (const point of moveout.points) {
    const distance = Math.hypot(xOf(moveout, look, point.seconds) - at.x, yOf(moveout, look, point.height) - at.y)
    if (distance >= least) continue
    least = distance
    nearest = point
  }
  return nearest
}

function xOf({ from, to }: Moveout, { width }: MoveoutLook, seconds: number): number {
  return LEFT + ((seconds - from) / (to - from)) * (width - LEFT - RIGHT)
}

/** Near is low; rows without a location begin at the top, the first onset first. */
function yOf({ isLocated, highest }: Moveout, { height }: MoveoutLook, value: number): number {
  const inner = height - TOP - BOTTOM
  return isLocated ? height - BOTTOM - (value / highest) * inner : TOP + ((value + 0.5) / (highest + 0.5)) * inner
}

function drawAxes(context: CanvasRenderingContext2D, moveout: Moveout, look: MoveoutLook, palette: Palette): void {
  const { width, height } = look
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.lineWidth = 1
  context.textAlign = 'center'
  context.beginPath()
  for (const tick of linearTicks(moveout.from, moveout.to, (width - LEFT - RIGHT) / 80)) {
    const x = Math.round(xOf(moveout, look, tick)) + 0.5
    context.moveTo(x, TOP)
    context.lineTo(x, height - BOTTOM)
    context.fillText(String(tick), x, height - BOTTOM + 14)
  }
  context.fillText(
    moveout.isLocated ? 'seconds after the origin time' : 'seconds after the first onset',
    (LEFT + width - RIGHT) / 2,
    height - 5,
  )
  context.textAlign = 'right'
  if (moveout.isLocated) {
    for (const tick of linearTicks(0, moveout.highest, (height - TOP - BOTTOM) / 40)) {
      const y = Math.round(yOf(moveout, look, tick)) + 0.5
      context.moveTo(LEFT, y)
      context.lineTo(width - RIGHT, y)
      context.fillText(tick === 0 ? '0 km' : String(tick), LEFT - 6, y + 3.5)
    }
  }
  context.rect(LEFT + 0.5, TOP + 0.5, width - LEFT - RIGHT, height - TOP - BOTTOM)
  context.stroke()
  context.textAlign = 'left'
}

function drawTraces(
  context: CanvasRenderingContext2D,
  moveout: Moveout,
  traces: readonly SectionTrace[],
  look: MoveoutLook,
  palette: Palette,
): void {
  const perSecond = (look.width - LEFT - RIGHT) / (moveout.to - moveout.from)
  for (const { detection, from, rate, values } of traces) {
    const point = moveout.points.find(({ member }) => member.detection === detection)
    if (!point) continue
    const middle = yOf(moveout, look, point.height)
    const place = {
      x: xOf(moveout, look, from),
      step: perSecond / rate,
      width: look.width,
      middle,
      mean: 0,
      perUnit: TRACE_PIXELS,
    }
    drawLine(context, values, place, detection === look.pointed ? palette.text : palette.muted)
  }
}

function drawPredictions(context: CanvasRenderingContext2D, moveout: Moveout, look: MoveoutLook, palette: Palette): void {
  for (const { phase, points } of moveout.lines) {
    const colour = phase === 'P' ? palette.components[0] : palette.components[1]
    context.strokeStyle = colour
    context.lineWidth = 1.5
    context.setLineDash(phase === 'P' ? [] : [7, 4])
    context.beginPath()
    for (const { seconds, height } of points) context.lineTo(xOf(moveout, look, seconds), yOf(moveout, look, height))
    context.stroke()
    context.setLineDash([])
    const last = points.at(-1)
    if (!last) continue
    context.fillStyle = colour
    context.fillText(`${phase} predicted`, xOf(moveout, look, last.seconds) - 68, yOf(moveout, look, last.height) - 8)
  }
}

/** P filled, S hollow, another instrument of a station a cross. */
function drawOnset(
  context: CanvasRenderingContext2D,
  point: MoveoutPoint,
  moveout: Moveout,
  look: MoveoutLook,
  palette: Palette,
): void {
  const { member } = point
  const x = xOf(moveout, look, point.seconds)
  const y = yOf(moveout, look, point.height)
  context.strokeStyle = palette.alarm
  context.fillStyle = member.phase === 'P' ? palette.alarm : palette.panel
  context.lineWidth = 2
  context.beginPath()
  if (member.phase === 'other') {
    context.moveTo(x - MARK_PIXELS, y - MARK_PIXELS)
    context.lineTo(x + MARK_PIXELS, y + MARK_PIXELS)
    context.moveTo(x - MARK_PIXELS, y + MARK_PIXELS)
    context.lineTo(x + MARK_PIXELS, y - MARK_PIXELS)
  } else {
    context.arc(x, y, MARK_PIXELS, 0, 2 * Math.PI)
    context.fill()
  }
  context.stroke()
  const isPointed = member.detection === look.pointed
  context.font = isPointed ? `bold ${FONT}` : FONT
  context.lineWidth = 3
  context.lineJoin = 'round'
  context.strokeStyle = palette.panel
  const name = member.station.slice(member.station.indexOf('_') + 1)
  const isNearRight = x > look.width - RIGHT - 60
  context.textAlign = isNearRight ? 'right' : 'left'
  context.strokeText(name, isNearRight ? x - 9 : x + 9, y - 5)
  context.fillStyle = palette.text
  context.fillText(name, isNearRight ? x - 9 : x + 9, y - 5)
  context.textAlign = 'left'
  context.font = FONT
}
