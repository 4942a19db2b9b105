import type { LiveTraces } from '../feed/live-traces.ts'
import { drawLine } from './draw-line.ts'
import { meanAndPeak, steadyPeak } from './extremes.ts'
import type { Palette } from './palette.ts'
import { scorePlace } from './score-axis.ts'
import { timeTicks } from './time-ticks.ts'

export interface Geometry {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** Seconds of data time at the left and right edge. */
  readonly from: number
  readonly to: number
}

const COMPONENTS = ['Z', 'N', 'E'] as const
/** Part of the height that the score strip takes. */
const SCORE_PART = 0.26
const AXIS_PIXELS = 12

/**
 * One instrument: three components on one amplitude scale above, the score with its thresholds below, a common time axis.
 * Rows that never came leave a hole.
 */
export function drawTraces(
  context: CanvasRenderingContext2D,
  traces: LiveTraces,
  thresholds: { on: number; off: number },
  geometry: Geometry,
  palette: Palette,
): void {
  const { width, height, from, to } = geometry
  context.clearRect(0, 0, width, height)
  drawTicks(context, geometry, palette)
  const bottom = height - AXIS_PIXELS
  const waveHeight = bottom * (1 - SCORE_PART)
  const first = Math.floor(from * traces.rate)
  const columns = COMPONENTS.map((_, column) => {
    const values = new Float32Array(Math.ceil((to - from) * traces.rate) + 2)
    traces.samples.copy(first, column, values)
    return { values, ...meanAndPeak(values) }
  })
  const peak = steadyPeak(Math.max(...columns.map((column) => column.peak)))
  for (const [row, { values, mean }] of columns.entries()) {
    const middle = (waveHeight * (row + 0.5)) / 3
    const colour = palette.components[row] as string
    const place = { x: ((first / traces.rate - from) * width) / (to - from), step: width / ((to - from) * traces.rate), middle }
    drawLine(context, values, { ...place, width, mean, perUnit: ((waveHeight / 6) * 0.95) / peak }, colour)
    context.fillStyle = colour
    context.fillText(COMPONENTS[row] as string, 4, middle - 4)
  }
  drawScore(context, traces, thresholds, { top: waveHeight + 2, height: bottom - waveHeight - 3 }, geometry, palette)
}

function drawScore(
  context: CanvasRenderingContext2D,
  { scores, stride }: LiveTraces,
  thresholds: { on: number; off: number },
  { top, height }: { top: number; height: number },
  { width, from, to }: Geometry,
  palette: Palette,
): void {
  const perSecond = width / (to - from)
  for (let window = Math.floor(from / stride); window * stride <= to; window++) {
    const score = scores.at(window, 0)
    if (Number.isNaN(score)) continue
    context.fillStyle = score >= thresholds.on ? palette.alarm : palette.score
    const bar = Math.max(1, scorePlace(score) * height)
    context.fillRect((window * stride - from) * perSecond, top + height - bar, Math.max(1, perSecond * stride - 0.5), bar)
  }
  context.strokeStyle = palette.muted
  context.setLineDash([3, 3])
  context.beginPath()
  for (const threshold of [thresholds.on, thresholds.off]) {
    const y = Math.round(top + height * (1 - scorePlace(threshold))) + 0.5
    context.moveTo(0, y)
    context.lineTo(width, y)
  }
  context.stroke()
  context.setLineDash([])
  context.fillStyle = palette.muted
  context.fillText('score', 4, top + 9)
}

function drawTicks(context: CanvasRenderingContext2D, { width, height, from, to }: Geometry, palette: Palette): void {
  context.font = '10px system-ui, sans-serif'
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.lineWidth = 1
  context.beginPath()
  for (const { seconds, label } of timeTicks(from, to, width)) {
    const x = Math.round(((seconds - from) * width) / (to - from)) + 0.5
    context.moveTo(x, 0)
    context.lineTo(x, height)
    context.fillText(label, x + 3, height - 2)
  }
  context.stroke()
}
