import { linearTicks, shortNumber } from '../plot/axis-ticks.ts'
import { drawLine } from '../plot/draw-line.ts'
import type { Palette } from '../plot/palette.ts'
import { SCORE_TICKS, scorePlace } from '../plot/score-axis.ts'
import { timeTicks } from '../plot/time-ticks.ts'
import type { DetectionFigure, Trace } from './detection-figure.ts'
import { relevanceStrips, STRIP_LEVELS } from './relevance-strips.ts'

export interface FigureLook {
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** Seconds after the onset. */
  readonly from: number
  readonly to: number
  /** Each component on a scale of its own; otherwise one for all three. */
  readonly isScaledEach: boolean
  readonly hasRelevance: boolean
  /** Seconds after the onset, under the pointer. */
  readonly cursor?: number | undefined
}

const LEFT = 62
const RIGHT = 12
const TOP = 34
const BOTTOM = 34
/** Part of the height that the scores take. */
const SCORE_PART = 0.24
const PANEL_GAP = 6
const FONT = '11px system-ui, sans-serif'

interface Drawing extends FigureLook {
  readonly context: CanvasRenderingContext2D
  readonly figure: DetectionFigure
  readonly palette: Palette
}

interface Panel {
  readonly top: number
  readonly height: number
}

/** Three components over their relevance, the score below, seconds after the onset and UTC along. */
export function drawDetection(
  context: CanvasRenderingContext2D,
  figure: DetectionFigure,
  look: FigureLook,
  palette: Palette,
): void {
  const drawing: Drawing = { ...look, context, figure, palette }
  context.font = FONT
  context.fillStyle = palette.panel
  context.fillRect(0, 0, look.width, look.height)
  const { traces, score } = panelsOf(look.height)
  drawTimeAxes(drawing)
  clipped(drawing, () => {
    if (look.hasRelevance) drawRelevance(drawing, traces)
    drawUncertainty(drawing)
    drawScores(drawing, score)
  })
  const joint = Math.max(...figure.traces.map(({ peak }) => peak)) || 1
  for (const [row, trace] of figure.traces.entries()) {
    drawTrace(
      drawing,
      trace,
      traces[row] as Panel,
      look.isScaledEach ? trace.peak || 1 : joint,
      palette.components[row] as string,
    )
  }
  context.fillStyle = palette.muted
  upright(context, 'counts', ((traces[1] as Panel).top * 2 + (traces[1] as Panel).height) / 2)
  drawScoreAxis(drawing, score)
  drawMarks(drawing, score)
}

/** Seconds after the onset at a place; outside the axes, too. */
export function secondsAt(x: number, { width, from, to }: FigureLook): number {
  return from + ((x - LEFT) / (width - LEFT - RIGHT)) * (to - from)
}

function xOf({ width, from, to }: FigureLook, seconds: number): number {
  return LEFT + ((seconds - from) / (to - from)) * (width - LEFT - RIGHT)
}

function panelsOf(height: number): { traces: Panel[]; score: Panel } {
  const inner = height - TOP - BOTTOM
  const scoreHeight = inner * SCORE_PART
  const each = (inner - scoreHeight - 3 * PANEL_GAP) / 3
  return {
    traces: [0, 1, 2].map((row) => ({ top: TOP + row * (each + PANEL_GAP), height: each })),
    score: { top: TOP + 3 * (each + PANEL_GAP), height: scoreHeight },
  }
}

function clipped({ context, width, height }: Drawing, draw: () => void): void {
  context.save()
  context.beginPath()
  context.rect(LEFT, 0, width - LEFT - RIGHT, height)
  context.clip()
  draw()
  context.restore()
}

function drawTimeAxes(drawing: Drawing): void {
  const { context, figure, palette, width, height, from, to } = drawing
  const inner = width - LEFT - RIGHT
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.lineWidth = 1
  context.textAlign = 'center'
  context.beginPath()
  for (const tick of linearTicks(from, to, inner / 80)) {
    const x = Math.round(xOf(drawing, tick)) + 0.5
    context.moveTo(x, TOP)
    context.lineTo(x, height - BOTTOM)
    context.fillText(String(tick), x, height - BOTTOM + 14)
  }
  for (const { seconds, label } of timeTicks(figure.onset + from, figure.onset + to, inner, 90)) {
    const x = Math.round(xOf(drawing, seconds - figure.onset)) + 0.5
    context.moveTo(x, TOP - 4)
    context.lineTo(x, TOP)
    context.fillText(label, x, TOP - 8)
  }
  context.stroke()
  context.fillText('seconds after the onset', LEFT + inner / 2, height - 5)
  context.textAlign = 'left'
  context.fillText('UTC', 4, TOP - 8)
}

function drawRelevance(drawing: Drawing, panels: readonly Panel[]): void {
  const { context, figure, palette } = drawing
  const { relevance } = figure
  if (!relevance) return
  const peak = Math.max(
    ...relevance.components.map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  )
  const edge = (sample: number) => xOf(drawing, relevance.from + (sample - 0.5) / relevance.rate)
  for (const [row, values] of relevance.components.entries()) {
    const { top, height } = panels[row] as Panel
    for (const { from, count, level } of relevanceStrips(values, peak)) {
      context.fillStyle = level > 0 ? palette.for : palette.against
      context.globalAlpha = 0.12 + (0.6 * Math.abs(level)) / STRIP_LEVELS
      context.fillRect(edge(from), top, edge(from + count) - edge(from), height)
    }
  }
  context.globalAlpha = 1
  const [left, right] = [edge(0), edge(relevance.components[0]?.length ?? 0)]
  context.strokeStyle = palette.muted
  context.beginPath()
  context.moveTo(left, TOP + 5)
  context.lineTo(left, TOP)
  context.lineTo(right, TOP)
  context.lineTo(right, TOP + 5)
  context.stroke()
}

function drawUncertainty(drawing: Drawing): void {
  const { context, figure, palette, height } = drawing
  const left = xOf(drawing, -figure.uncertaintySeconds)
  context.globalAlpha = 0.15
  context.fillStyle = palette.alarm
  context.fillRect(left, TOP, Math.max(1, xOf(drawing, figure.uncertaintySeconds) - left), height - TOP - BOTTOM)
  context.globalAlpha = 1
}

function drawTrace(drawing: Drawing, trace: Trace, { top, height }: Panel, peak: number, colour: string): void {
  const { context, palette, width, from, to } = drawing
  const middle = top + height / 2
  const perUnit = ((height / 2) * 0.92) / peak
  context.fillStyle = palette.muted
  context.strokeStyle = palette.line
  context.textAlign = 'right'
  context.beginPath()
  for (const tick of linearTicks(-peak, peak, height > 90 ? 4 : 2)) {
    const y = Math.round(middle - tick * perUnit) + 0.5
    context.moveTo(LEFT - 4, y)
    context.lineTo(LEFT, y)
    context.fillText(shortNumber(tick), LEFT - 7, y + 3.5)
  }
  context.rect(LEFT + 0.5, Math.round(top) + 0.5, width - LEFT - RIGHT, Math.round(height))
  context.stroke()
  context.textAlign = 'left'
  const perSecond = (width - LEFT - RIGHT) / (to - from)
  clipped(drawing, () => {
    const place = { x: xOf(drawing, trace.from), step: perSecond / trace.rate, width, middle, mean: trace.mean, perUnit }
    drawLine(context, trace.values, place, colour)
  })
  context.fillStyle = colour
  context.font = `bold ${FONT}`
  context.fillText(trace.name, 6, top + 12)
  context.font = FONT
}

function drawScores(drawing: Drawing, { top, height }: Panel): void {
  const { context, figure, palette } = drawing
  for (const { at, score } of figure.scores) {
    context.fillStyle = figure.thresholds && score >= figure.thresholds.on ? palette.alarm : palette.score
    const bar = Math.max(1, scorePlace(score) * height)
    const left = xOf(drawing, at - figure.stride)
    context.fillRect(left, top + height - bar, Math.max(1, xOf(drawing, at) - left - 0.5), bar)
  }
}

function drawScoreAxis({ context, figure, palette, width }: Drawing, { top, height }: Panel): void {
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.textAlign = 'right'
  context.beginPath()
  let last = Number.POSITIVE_INFINITY
  for (const tick of SCORE_TICKS) {
    const y = Math.round(top + height * (1 - scorePlace(tick))) + 0.5
    if (last - y < 12) continue
    last = y
    context.moveTo(LEFT - 4, y)
    context.lineTo(LEFT, y)
    context.fillText(String(tick), LEFT - 7, y + 3.5)
  }
  context.rect(LEFT + 0.5, Math.round(top) + 0.5, width - LEFT - RIGHT, Math.round(height))
  context.stroke()
  context.textAlign = 'left'
  upright(context, 'score', top + height / 2)
  if (!figure.thresholds) return
  context.strokeStyle = palette.text
  context.fillStyle = palette.text
  context.setLineDash([4, 3])
  context.beginPath()
  for (const name of ['on', 'off'] as const) {
    const y = Math.round(top + height * (1 - scorePlace(figure.thresholds[name]))) + 0.5
    context.moveTo(LEFT, y)
    context.lineTo(width - RIGHT, y)
    context.fillText(name, LEFT + 4, name === 'on' ? y - 3 : y + 11)
  }
  context.stroke()
  context.setLineDash([])
}

/** Along the left edge, read from below. */
function upright(context: CanvasRenderingContext2D, text: string, middle: number): void {
  context.save()
  context.translate(13, middle)
  context.rotate(-Math.PI / 2)
  context.textAlign = 'center'
  context.fillText(text, 0, 0)
  context.restore()
}

function drawMarks(drawing: Drawing, score: Panel): void {
  const { figure, palette, height } = drawing
  const bottom = height - BOTTOM
  mark(drawing, 0, TOP, bottom, palette.alarm, [], 'onset')
  if (figure.sGuessSeconds !== undefined)
    mark(drawing, figure.sGuessSeconds, TOP, score.top - PANEL_GAP, palette.text, [5, 3], 'S?')
  mark(drawing, figure.on, score.top, bottom, palette.text, [2, 2], '')
  if (figure.off !== undefined) mark(drawing, figure.off, score.top, bottom, palette.text, [2, 2], '')
  if (drawing.cursor !== undefined) mark(drawing, drawing.cursor, TOP, bottom, palette.muted, [1, 2], '')
}

function mark(
  drawing: Drawing,
  seconds: number,
  top: number,
  bottom: number,
  colour: string,
  dash: readonly number[],
  label: string,
): void {
  const { context, from, to } = drawing
  if (seconds < from || seconds > to) return
  const x = Math.round(xOf(drawing, seconds)) + 0.5
  context.strokeStyle = colour
  context.lineWidth = 1.25
  context.setLineDash([...dash])
  context.beginPath()
  context.moveTo(x, top)
  context.lineTo(x, bottom)
  context.stroke()
  context.setLineDash([])
  context.lineWidth = 1
  if (label === '') return
  context.fillStyle = colour
  context.fillText(label, x + 4, top + 12)
}
