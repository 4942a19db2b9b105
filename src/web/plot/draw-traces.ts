import type { LiveTraces } from '../feed/monitor-state.svelte.ts'

/** Colours come from the page's style, so that light and dark are one place. */
export interface Palette {
  readonly components: readonly [string, string, string]
  readonly text: string
  readonly line: string
  readonly score: string
  readonly alarm: string
}

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
/** Seconds between ticks: the first that leaves room for the labels. */
const TICK_SECONDS = [10, 30, 60, 120]
const LABEL_PIXELS = 70

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
  const { width, height } = geometry
  context.clearRect(0, 0, width, height)
  drawTicks(context, geometry, palette)
  const waveHeight = height * (1 - SCORE_PART)
  const scale = scaleOf(traces, geometry)
  for (const [column, name] of COMPONENTS.entries()) {
    const middle = (waveHeight * (column + 0.5)) / 3
    drawComponent(context, traces, column, middle, (waveHeight / 6) * 0.95, scale, geometry, palette)
    context.fillStyle = palette.components[column] as string
    context.fillText(name, 4, middle - 4)
  }
  drawScore(context, traces, thresholds, waveHeight + 2, height - waveHeight - 4, geometry, palette)
}

interface Scale {
  readonly means: readonly [number, number, number]
  readonly peak: number
}

/** Mean of each component and the largest deviation of all three over what is shown. */
function scaleOf({ samples, rate }: LiveTraces, { from, to }: Geometry): Scale {
  const means: [number, number, number] = [0, 0, 0]
  let rows = 0
  for (let i = Math.ceil(from * rate); i <= to * rate; i++) {
    if (Number.isNaN(samples.at(i, 0))) continue
    rows++
    for (let column = 0; column < 3; column++) means[column] = (means[column] as number) + samples.at(i, column)
  }
  for (let column = 0; column < 3; column++) means[column] = (means[column] as number) / Math.max(1, rows)
  let peak = 0
  for (let i = Math.ceil(from * rate); i <= to * rate; i++) {
    for (let column = 0; column < 3; column++) {
      const deviation = Math.abs(samples.at(i, column) - (means[column] as number))
      if (deviation > peak) peak = deviation
    }
  }
  return { means, peak: peak || 1 }
}

function drawComponent(
  context: CanvasRenderingContext2D,
  { samples, rate }: LiveTraces,
  column: number,
  middle: number,
  half: number,
  { means, peak }: Scale,
  { width, from, to }: Geometry,
  palette: Palette,
): void {
  const mean = means[column] as number
  const perSecond = width / (to - from)
  context.strokeStyle = palette.components[column] as string
  context.lineWidth = 1
  context.beginPath()
  let isDown = false
  for (let i = Math.ceil(from * rate); i <= to * rate; i++) {
    const value = samples.at(i, column)
    if (Number.isNaN(value)) {
      isDown = false
      continue
    }
    const x = (i / rate - from) * perSecond
    const y = middle - ((value - mean) / peak) * half
    if (isDown) context.lineTo(x, y)
    else context.moveTo(x, y)
    isDown = true
  }
  context.stroke()
}

function drawScore(
  context: CanvasRenderingContext2D,
  { scores }: LiveTraces,
  thresholds: { on: number; off: number },
  top: number,
  height: number,
  { width, from, to }: Geometry,
  palette: Palette,
): void {
  const perSecond = width / (to - from)
  for (let second = Math.floor(from); second <= to; second++) {
    const score = scores.at(second, 0)
    if (Number.isNaN(score)) continue
    context.fillStyle = score >= thresholds.on ? palette.alarm : palette.score
    const bar = Math.max(1, score * height)
    context.fillRect((second - from) * perSecond, top + height - bar, Math.max(1, perSecond - 0.5), bar)
  }
  context.strokeStyle = palette.line
  context.setLineDash([3, 3])
  for (const threshold of [thresholds.on, thresholds.off]) {
    const y = Math.round(top + height * (1 - threshold)) + 0.5
    context.beginPath()
    context.moveTo(0, y)
    context.lineTo(width, y)
    context.stroke()
  }
  context.setLineDash([])
  context.fillStyle = palette.text
  context.fillText('score', 4, top + 9)
}

function drawTicks(context: CanvasRenderingContext2D, { width, height, from, to }: Geometry, palette: Palette): void {
  context.font = '10px system-ui, sans-serif'
  context.strokeStyle = palette.line
  context.fillStyle = palette.text
  const perSecond = width / (to - from)
  const step = TICK_SECONDS.find((seconds) => seconds * perSecond >= LABEL_PIXELS) ?? to - from
  for (let tick = Math.ceil(from / step) * step; tick < to; tick += step) {
    const x = Math.round((tick - from) * perSecond) + 0.5
    context.beginPath()
    context.moveTo(x, 0)
    context.lineTo(x, height)
    context.stroke()
    context.fillText(new Date(tick * 1000).toISOString().slice(11, 19), x + 3, 10)
  }
}
