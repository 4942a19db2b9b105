import type { RelevanceWire } from '../../contract/http.ts'
import { relevanceStrips, STRIP_LEVELS } from '../detections/relevance-strips.ts'
import type { SampleBlocks } from '../feed/sample-blocks.ts'
import { drawLine } from './draw-line.ts'
import { steadyPeak } from './extremes.ts'
import type { Palette } from './palette.ts'
import type { PreparedTraces, TimeRange } from './prepared-traces.ts'
import { SCORE_TICKS, scorePlace } from './score-axis.ts'
import type { Panel, StationPanels } from './station-panels.ts'
import { timeTicks } from './time-ticks.ts'

/** `component`: each fills its panel; `common`: one scale for all; a number: half the panel, source units. */
export type Amplitude = 'component' | 'common' | number

/** A detection as it is marked, seconds since 1970. */
export interface DetectionMark {
  readonly onset: number
  readonly on: number
  /** undefined: going on */
  readonly off: number | undefined
}

export interface StationScene extends TimeRange {
  readonly width: number
  readonly panels: StationPanels
  readonly palette: Palette
}

const COMPONENTS = ['Z', 'N', 'E'] as const
const FONT = '11px system-ui, sans-serif'
const LABEL_PIXELS = 90

export function placeOf(seconds: number, { from, to, width }: StationScene): number {
  return ((seconds - from) * width) / (to - from)
}

/** Lines at round times, the times below; at the left the day. */
export function drawTimeAxis(context: CanvasRenderingContext2D, scene: StationScene): void {
  const { from, to, width, panels, palette } = scene
  context.font = FONT
  context.strokeStyle = palette.line
  context.fillStyle = palette.muted
  context.lineWidth = 1
  context.beginPath()
  for (const { seconds, label } of timeTicks(from, to, width, LABEL_PIXELS)) {
    const x = Math.round(placeOf(seconds, scene)) + 0.5
    context.moveTo(x, 0)
    context.lineTo(x, panels.axis.top + 4)
    context.fillText(label, x + 3, panels.axis.top + 13)
  }
  context.stroke()
}

/** Times without samples: shaded, and said when there is room. */
export function drawHoles(
  context: CanvasRenderingContext2D,
  scene: StationScene,
  holes: readonly TimeRange[],
  textOf: (hole: TimeRange) => string,
): void {
  const { panels, palette, width } = scene
  const bottom = (panels.spectrogram ?? panels.score).top
  context.font = FONT
  for (const hole of holes) {
    const left = Math.max(0, placeOf(hole.from, scene))
    const right = Math.min(width, placeOf(hole.to, scene))
    if (right <= left) continue
    context.globalAlpha = 0.5
    context.fillStyle = palette.line
    context.fillRect(left, 0, Math.max(1, right - left), bottom)
    context.globalAlpha = 1
    const text = textOf(hole)
    if (right - left < context.measureText(text).width + 12) continue
    context.fillStyle = palette.muted
    context.fillText(text, left + 6, bottom / 2 + 4)
  }
}

/** Relevance behind the traces: for an earthquake, against one. */
export function drawRelevance(context: CanvasRenderingContext2D, scene: StationScene, relevance: RelevanceWire): void {
  const components = [relevance.Z, relevance.N, relevance.E]
  const start = Date.parse(relevance.startTime) / 1000
  if (placeOf(start, scene) > scene.width || placeOf(start + relevance.Z.length / relevance.rate, scene) < 0) return
  const peak = components.reduce((most, values) => values.reduce((max, value) => Math.max(max, Math.abs(value)), most), 0)
  const left = (sample: number) => placeOf(start + (sample - 0.5) / relevance.rate, scene)
  for (const [row, values] of components.entries()) {
    const { top, height } = scene.panels.traces[row] as Panel
    for (const { from, count, level } of relevanceStrips(values, peak)) {
      context.fillStyle = level > 0 ? scene.palette.for : scene.palette.against
      context.globalAlpha = 0.15 + (0.65 * Math.abs(level)) / STRIP_LEVELS
      context.fillRect(left(from), top, left(from + count) - left(from), height)
    }
  }
  context.globalAlpha = 1
}

/** Three components, each in its panel. @returns half the panels' heights, source units */
export function drawComponents(
  context: CanvasRenderingContext2D,
  scene: StationScene,
  traces: PreparedTraces,
  amplitude: Amplitude,
): number[] {
  const { width, from, to, panels, palette } = scene
  const step = width / ((to - from) * traces.rate)
  const swings = COMPONENTS.map((_, row) => traces.swing(row, scene))
  const common = Math.max(...swings.map(({ peak }) => peak))
  const reach = swings.map(({ peak }) =>
    typeof amplitude === 'number' ? amplitude : steadyPeak(amplitude === 'common' ? common : peak),
  )
  for (const [row, name] of COMPONENTS.entries()) {
    const { top, height } = panels.traces[row] as Panel
    const colour = palette.components[row] as string
    context.save()
    context.beginPath()
    context.rect(0, top, width, height)
    context.clip()
    drawLine(
      context,
      traces.values[row] as Float32Array,
      {
        x: placeOf(traces.first / traces.rate, scene),
        step,
        width,
        middle: top + height / 2,
        mean: (swings[row] as { mean: number }).mean,
        perUnit: (height / 2 / (reach[row] as number)) * 0.95,
      },
      colour,
    )
    context.restore()
    context.font = `600 ${FONT}`
    context.fillStyle = colour
    context.fillText(name, 6, top + 14)
    context.font = FONT
    if (common > 0) writeOver(context, palette, `± ${countsText(reach[row] as number)}`, 20, top + 14)
  }
  return reach
}

/** Scores as bars on an axis that is linear in the logit, thresholds as lines. */
export function drawScores(
  context: CanvasRenderingContext2D,
  scene: StationScene,
  { scores, stride }: { scores: SampleBlocks; stride: number },
  { on, off }: { on: number; off: number },
): void {
  const { from, to, width, panels, palette } = scene
  const { top, height } = panels.score
  const y = (score: number) => top + height * (1 - scorePlace(score))
  const columns = Math.max(1, Math.ceil((to - from) / stride / width))
  for (let window = Math.floor(from / stride / columns) * columns; window * stride <= to; window += columns) {
    let score = -1
    for (let i = window; i < window + columns; i++) score = Math.max(score, scores.at(i, 0) || -1)
    if (score < 0) continue
    context.fillStyle = score >= on ? palette.alarm : palette.score
    const right = placeOf((window + columns - 1) * stride, scene)
    const bar = Math.max(1, (width / (to - from)) * stride * columns - 0.5)
    context.fillRect(right - bar, y(score), bar, top + height - y(score))
  }
  context.font = FONT
  drawLevel(context, scene, y(on), palette.alarm, `on ${on}`, [])
  drawLevel(context, scene, y(off), palette.muted, `off ${off}`, [4, 3])
  for (const tick of SCORE_TICKS) {
    const isFree = Math.abs(y(tick) - y(on)) > 11 && Math.abs(y(tick) - y(off)) > 11 && y(tick) > top + 20
    if (isFree && height > 60) writeOver(context, palette, String(tick), 6, y(tick) + 4)
  }
  writeOver(context, palette, 'score', 6, top + 12)
}

function drawLevel(
  context: CanvasRenderingContext2D,
  { width, palette }: StationScene,
  y: number,
  colour: string,
  text: string,
  dash: number[],
): void {
  context.strokeStyle = colour
  context.setLineDash(dash)
  context.beginPath()
  context.moveTo(0, Math.round(y) + 0.5)
  context.lineTo(width, Math.round(y) + 0.5)
  context.stroke()
  context.setLineDash([])
  writeOver(context, palette, text, width - context.measureText(text).width - 4, text.startsWith('on') ? y - 4 : y + 12)
}

/** Text on a picture, readable whatever lies below. */
function writeOver(context: CanvasRenderingContext2D, palette: Palette, text: string, x: number, y: number): void {
  context.globalAlpha = 0.75
  context.fillStyle = palette.panel
  context.fillRect(x - 2, y - 9, context.measureText(text).width + 4, 11)
  context.globalAlpha = 1
  context.fillStyle = palette.text
  context.fillText(text, x, y)
}

/** A line at each onset, a bar while the score was over the threshold. */
export function drawDetections(context: CanvasRenderingContext2D, scene: StationScene, marks: readonly DetectionMark[]): void {
  const { panels, palette, width } = scene
  context.font = FONT
  let labelled = Number.POSITIVE_INFINITY
  for (const { onset, on, off } of marks) {
    const x = Math.round(placeOf(onset, scene)) + 0.5
    const barLeft = placeOf(on, scene)
    const barRight = off === undefined ? width : placeOf(off, scene)
    if (barRight < 0 || x > width) continue
    context.fillStyle = palette.alarm
    context.fillRect(barLeft, panels.score.top, Math.max(2, barRight - barLeft), 3)
    context.strokeStyle = palette.alarm
    context.beginPath()
    context.moveTo(x, 0)
    context.lineTo(x, panels.score.top + panels.score.height)
    context.stroke()
    // Newest first: the older one goes without its name when there is no room.
    if (labelled - x < LABEL_PIXELS / 2) continue
    labelled = x
    context.fillText('onset', x + 4, (panels.traces[0]?.height ?? 0) - 5)
  }
}

/** `1,230 counts`; few digits, since a scale's end is only a size. */
export function countsText(value: number): string {
  return `${Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 2 })} counts`
}
