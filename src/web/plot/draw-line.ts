import { extremesPerColumn } from './extremes.ts'

export interface LinePlace {
  /** Of the first value, CSS pixels. */
  readonly x: number
  /** Pixels from value to value. */
  readonly step: number
  /** Of the drawing, pixels. */
  readonly width: number
  /** Where the mean is drawn. */
  readonly middle: number
  readonly mean: number
  /** Pixels per unit of the values. */
  readonly perUnit: number
}

/** Samples per pixel from which a trace is drawn as the range of each column: more lines would only hide each other. */
const DENSE = 4

/** Lines in one stroke: what a browser without a GPU takes for one grows faster than its length. */
const STROKE_POINTS = 64

/** A trace; NaN leaves a hole. */
export function drawLine(context: CanvasRenderingContext2D, values: Float32Array, place: LinePlace, colour: string): void {
  if (1 / place.step < DENSE) drawSamples(context, values, place, colour)
  else drawRanges(context, values, place, colour)
}

function drawSamples(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  { x, step, middle, mean, perUnit }: LinePlace,
  colour: string,
): void {
  context.strokeStyle = colour
  context.lineWidth = 1
  context.lineJoin = 'bevel'
  context.beginPath()
  let isDown = false
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) {
      isDown = false
      continue
    }
    const y = middle - (value - mean) * perUnit
    if (isDown) context.lineTo(x + i * step, y)
    else context.moveTo(x + i * step, y)
    isDown = true
    if (i % STROKE_POINTS !== STROKE_POINTS - 1) continue
    context.stroke()
    context.beginPath()
    context.moveTo(x + i * step, y)
  }
  context.stroke()
}

let scratch = { least: new Float32Array(0), largest: new Float32Array(0) }

function drawRanges(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  { x, step, width, middle, mean, perUnit }: LinePlace,
  colour: string,
): void {
  const columns = Math.ceil(width)
  if (scratch.least.length !== columns) scratch = { least: new Float32Array(columns), largest: new Float32Array(columns) }
  extremesPerColumn(values, scratch, -x / step, 1 / step)
  context.fillStyle = colour
  for (let column = 0; column < columns; column++) {
    const top = middle - ((scratch.largest[column] as number) - mean) * perUnit
    const bottom = middle - ((scratch.least[column] as number) - mean) * perUnit
    if (Number.isNaN(top)) continue
    context.fillRect(column, top, 1, Math.max(1, bottom - top))
  }
}
