import { escapeHtml } from './page.ts'

/** A line or points of a plot, in the units of its axes. */
export interface PlotSeries {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
  readonly kind?: 'line' | 'points' | 'bars'
  readonly isDashed?: boolean
}

export interface PlotAxis {
  readonly label: string
  readonly from: number
  readonly to: number
  /** Zero cannot be shown then. */
  readonly isLogarithmic?: boolean
}

const WIDTH = 420
const HEIGHT = 300
const MARGIN = { left: 52, right: 12, top: 10, bottom: 40 }
/** Told apart by those who do not see colours, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']

/** A plot of two axes as a figure with a caption. */
export function svgPlot(caption: string, x: PlotAxis, y: PlotAxis, series: readonly PlotSeries[]): string {
  const xOf = scale(x, MARGIN.left, WIDTH - MARGIN.right)
  const yOf = scale(y, HEIGHT - MARGIN.bottom, MARGIN.top)
  const drawn = series.map((one, index) => drawSeries(one, COLOURS[index % COLOURS.length] ?? '', xOf, yOf, yOf(y.from)))
  const named = series.filter(({ name }) => name !== '')
  const legendTop = freerEnd(series, x, y) === 'top' ? MARGIN.top + 14 : HEIGHT - MARGIN.bottom - 14 * named.length
  const legend = named.map(({ name }, index) => {
    const top = legendTop + index * 14
    const colour = COLOURS[series.findIndex((one) => one.name === name) % COLOURS.length]
    return `<rect x="${WIDTH - 130}" y="${top - 8}" width="9" height="9" fill="${colour}"/><text x="${WIDTH - 117}" y="${top}">${escapeHtml(name)}</text>`
  })
  const frame = `<rect class="axis" x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"/>`
  const svg = [
    ...ticksOf(x).map((tick) => {
      const at = fixed(xOf(tick))
      return `<line class="grid" x1="${at}" x2="${at}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/><text x="${at}" y="${HEIGHT - MARGIN.bottom + 14}" text-anchor="middle">${tick}</text>`
    }),
    ...ticksOf(y).map((tick) => {
      const at = fixed(yOf(tick))
      return `<line class="grid" y1="${at}" y2="${at}" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}"/><text x="${MARGIN.left - 5}" y="${at}" dy="4" text-anchor="end">${tick}</text>`
    }),
    frame,
    ...drawn,
    ...legend,
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(x.label)}</text>`,
    `<text transform="translate(13 ${(HEIGHT - MARGIN.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(y.label)}</text>`,
  ]
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeHtml(caption)}">${svg.join('')}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`
}

/**
 * Three components under each other, each to its own scale of the whole.
 *
 * @param samples row-major [rows, 3]
 * @param sampleRate Hz
 * @param markSeconds where something is marked, from the first row
 */
export function svgWaveform(caption: string, samples: ArrayLike<number>, sampleRate: number, markSeconds?: number): string {
  const rows = samples.length / 3
  const width = 420
  const band = 44
  let peak = 0
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i] ?? 0))
  const lines = ['Z', 'N', 'E'].map((name, column) => {
    const middle = band * (column + 0.5)
    const points = Array.from({ length: rows }, (_, row) => {
      const x = (row / Math.max(1, rows - 1)) * (width - 20) + 20
      return `${fixed(x)},${fixed(middle - ((samples[row * 3 + column] ?? 0) / (peak || 1)) * band * 0.48)}`
    })
    return `<text x="2" y="${middle + 4}">${name}</text><polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[0]}" stroke-width=".8"/>`
  })
  const x = markSeconds === undefined ? Number.NaN : ((markSeconds * sampleRate) / Math.max(1, rows - 1)) * (width - 20) + 20
  const mark =
    x >= 20 && x <= width ? `<line x1="${fixed(x)}" x2="${fixed(x)}" y1="0" y2="${band * 3}" stroke="${COLOURS[1]}"/>` : ''
  return `<figure><svg viewBox="0 0 ${width} ${band * 3}" width="${width}" height="${band * 3}" role="img" aria-label="${escapeHtml(caption)}">${lines.join('')}${mark}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`
}

/** Of the right side, where fewer points lie: that is where the legend hides least. */
function freerEnd(series: readonly PlotSeries[], x: PlotAxis, y: PlotAxis): 'top' | 'bottom' {
  const xOf = scale(x, 0, 1)
  const yOf = scale(y, 0, 1)
  const right = series.flatMap(({ points }) => points.filter(([at]) => xOf(at) > 0.65))
  const top = right.filter(([, value]) => yOf(value) > 0.75).length
  const bottom = right.filter(([, value]) => yOf(value) < 0.25).length
  return top <= bottom ? 'top' : 'bottom'
}

function drawSeries(
  { points, kind = 'line', isDashed }: PlotSeries,
  colour: string,
  xOf: (value: number) => number,
  yOf: (value: number) => number,
  base: number,
): string {
  const places = points.map(([x, y]) => [xOf(x), yOf(y)] as const).filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
  if (kind === 'points')
    return places.map(([x, y]) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3" fill="${colour}" fill-opacity=".7"/>`).join('')
  if (kind === 'bars')
    return places
      .map(
        ([x, y]) =>
          `<rect x="${fixed(x - 4)}" y="${fixed(y)}" width="8" height="${fixed(base - y)}" fill="${colour}" fill-opacity=".7"/>`,
      )
      .join('')
  const dash = isDashed ? ' stroke-dasharray="4 3"' : ''
  return `<polyline points="${places.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"${dash}/>`
}

function scale({ from, to, isLogarithmic }: PlotAxis, start: number, end: number): (value: number) => number {
  const map = isLogarithmic ? Math.log : (value: number) => value
  return (value) => start + ((map(value) - map(from)) / (map(to) - map(from))) * (end - start)
}

function ticksOf({ from, to, isLogarithmic }: PlotAxis): number[] {
  if (isLogarithmic) {
    const decades = Array.from({ length: 25 }, (_, i) => Number(`1e${i - 12}`))
    return decades.filter((value) => value >= from && value <= to)
  }
  const span = to - from
  const rough = 10 ** Math.floor(Math.log10(span / 5))
  const step = [1, 2, 5, 10].map((factor) => factor * rough).find((size) => span / size <= 6) ?? span
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(to / step + 1e-9) - first
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function fixed(value: number): string {
  return value.toFixed(1)
}
