import type { Ring } from '../feed/ring.ts'
import type { Spark } from '../feed/sparks.ts'
import type { Palette } from './palette.ts'
import { scorePlace } from './score-axis.ts'
import { type SparkScale, sparkScale } from './spark-scale.ts'

export interface SparkDrawing {
  readonly width: number
  readonly height: number
  /** Second after the right edge, since 1970. */
  readonly end: number
  /** On threshold. */
  readonly on: number
}

/** Height of the score strip below, pixels. */
const STRIP_PIXELS = 4
/** Shades of the strip below the threshold. */
const SHADES = 8
const NO_SCORE = -1

const Z_LEAST = 0
const Z_LARGEST = 1

/**
 * The last minutes of one instrument: the range of Z above, around its middle and to its own scale; below a strip that is the
 * stronger the higher the score, in another colour from the on threshold up. Seconds that never came stay empty.
 */
export function drawSpark(
  context: CanvasRenderingContext2D,
  { envelope, scores }: Spark,
  { width, height, end, on }: SparkDrawing,
  palette: Palette,
): void {
  context.clearRect(0, 0, width, height)
  const scale = sparkScale(width)
  // Columns lie on multiples of their length, so that a second never changes its column.
  const after = Math.ceil(end / scale.seconds) * scale.seconds
  const from = after - scale.columns * scale.seconds
  drawRange(context, envelope, from, scale, height - STRIP_PIXELS - 1, palette.components[0])
  drawStrip(context, scores, from, scale, { top: height - STRIP_PIXELS, on }, palette)
}

function drawRange(
  context: CanvasRenderingContext2D,
  envelope: Ring,
  from: number,
  { columns, pixels, seconds }: SparkScale,
  height: number,
  colour: string,
): void {
  const { middle, peak } = swing(envelope, from, from + columns * seconds)
  const perUnit = peak > 0 ? height / 2 / peak : 0
  // One path instead of a rectangle each: the browser keeps a record of every call.
  context.beginPath()
  for (let column = 0; column < columns; column++) {
    let least = Number.POSITIVE_INFINITY
    let largest = Number.NEGATIVE_INFINITY
    for (let second = from + column * seconds; second < from + (column + 1) * seconds; second++) {
      const low = envelope.at(second, Z_LEAST)
      const high = envelope.at(second, Z_LARGEST)
      if (low < least) least = low
      if (high > largest) largest = high
    }
    if (least > largest) continue
    const top = height / 2 - (largest - middle) * perUnit
    context.rect(column * pixels, top, pixels, Math.max(1, (largest - least) * perUnit))
  }
  context.fillStyle = colour
  context.fill()
}

/** Around what Z swings, and how far: to the mean of the seconds' middles. */
function swing(envelope: Ring, from: number, end: number): { middle: number; peak: number } {
  let sum = 0
  let count = 0
  let least = Number.POSITIVE_INFINITY
  let largest = Number.NEGATIVE_INFINITY
  for (let second = from; second < end; second++) {
    const low = envelope.at(second, Z_LEAST)
    const high = envelope.at(second, Z_LARGEST)
    if (Number.isNaN(low)) continue
    sum += (low + high) / 2
    count++
    if (low < least) least = low
    if (high > largest) largest = high
  }
  if (count === 0) return { middle: 0, peak: 0 }
  const middle = sum / count
  return { middle, peak: Math.max(largest - middle, middle - least) }
}

function drawStrip(
  context: CanvasRenderingContext2D,
  scores: Ring,
  from: number,
  { columns, pixels, seconds }: SparkScale,
  { top, on }: { top: number; on: number },
  palette: Palette,
): void {
  let begin = 0
  let shown = NO_SCORE
  for (let column = 0; column <= columns; column++) {
    const level = column < columns ? levelOf(scores, from + column * seconds, seconds, on) : NO_SCORE
    if (level === shown && column < columns) continue
    // Neighbours of the same shade are one rectangle.
    if (shown !== NO_SCORE) {
      context.globalAlpha = shown === SHADES ? 1 : 0.15 + (0.75 * shown) / SHADES
      context.fillStyle = shown === SHADES ? palette.alarm : palette.muted
      context.fillRect(begin * pixels, top, (column - begin) * pixels, STRIP_PIXELS)
    }
    shown = level
    begin = column
  }
  context.globalAlpha = 1
}

/** Shade of the highest score of some seconds. */
function levelOf(scores: Ring, from: number, seconds: number, on: number): number {
  let highest = -1
  for (let second = from; second < from + seconds; second++) {
    const score = scores.at(second, 0)
    if (score > highest) highest = score
  }
  if (highest < 0) return NO_SCORE
  return highest >= on ? SHADES : Math.min(SHADES - 1, Math.floor(scorePlace(highest) * SHADES))
}
