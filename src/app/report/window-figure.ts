import { cellGrid } from './cell-grid.ts'
import { drawing, linePath, text } from './report-page.ts'

export interface WindowFigure {
  /** Row-major [rows, 3]. */
  readonly samples: ArrayLike<number>
  /** Drawn behind the traces; absent: traces alone. */
  readonly relevance?: ArrayLike<number>
  /** Hz. */
  readonly sampleRate: number
  /** Dashed lines: a name and a row. */
  readonly marks?: readonly (readonly [name: string, row: number])[]
}

const LEFT = 24
const WIDTH = 860
const BAND = 92
const GAP = 6
const TOP = 14
const BOTTOM = 36
const COMPONENTS = ['Z', 'N', 'E'] as const

/**
 * Three components on one amplitude scale, each over its relevance on one colour scale, and the time in seconds. The
 * colours go with the square root of the relevance: a few samples hold so much that all others would be pale.
 */
export function windowFigure({ samples, relevance, sampleRate, marks = [] }: WindowFigure): string {
  const rows = samples.length / 3
  const peak = largest(samples)
  const step = WIDTH / (rows - 1)
  const bands = COMPONENTS.map((name, column) => {
    const top = TOP + column * (BAND + GAP)
    const middle = top + BAND / 2
    const at = (row: number) => (samples[row * 3 + column]! / (peak || 1)) * (BAND / 2)
    const line = linePath(Array.from({ length: rows }, (_, row) => [LEFT + row * step, middle - at(row)] as const))
    const colours = relevance
      ? cellGrid({
          rows: 1,
          columns: rows,
          value: (_, row) => signedRoot(relevance[row * 3 + column]!),
          peak: Math.sqrt(largest(relevance)),
          left: LEFT - step / 2,
          top,
          width: step,
          height: BAND,
        })
      : ''
    return `${colours}<path class="trace" d="${line}"/>${text(6, middle + 4, name)}`
  })
  const height = TOP + 3 * (BAND + GAP) + BOTTOM
  const bottom = TOP + 3 * (BAND + GAP)
  const seconds = Math.floor((rows - 1) / sampleRate)
  const tick = seconds > 60 ? 10 : 5
  const ticks = Array.from({ length: Math.floor(seconds / tick) + 1 }, (_, i) => {
    const x = LEFT + i * tick * sampleRate * step
    return `<line class="faint" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${TOP}" y2="${bottom}"/>${text(x, bottom + 12, String(i * tick), 'middle')}`
  })
  const lines = marks
    .filter(([, row]) => row >= 0 && row < rows)
    .map(([name, row]) => {
      const x = (LEFT + row * step).toFixed(1)
      return `<line class="mark" x1="${x}" x2="${x}" y1="${TOP - 2}" y2="${bottom}"/>${text(Number(x), TOP - 4, name, 'middle')}`
    })
  const axis = text(LEFT + WIDTH / 2, bottom + 28, 'seconds after the first sample', 'middle')
  const label = `Components Z, N, E over ${seconds} seconds${relevance ? ' with their relevance' : ''}`
  return drawing(LEFT + WIDTH + 10, height, label, bands.join('') + ticks.join('') + lines.join('') + axis)
}

function signedRoot(value: number): number {
  return Math.sign(value) * Math.sqrt(Math.abs(value))
}

export function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!))
  return most
}
