import { LEVELS, levelOf } from './diverging-scale.ts'

export interface CellGrid {
  readonly rows: number
  readonly columns: number
  /** NaN leaves a hole. */
  readonly value: (row: number, column: number) => number
  /** Value of the scale's end; the middle is 0. */
  readonly peak: number
  /** Left upper corner and size of a cell, pixels. */
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Cells on the diverging scale as SVG: one path per colour, neighbours of one colour drawn as one. Level 0 is the background. */
export function cellGrid(grid: CellGrid): string {
  const { rows, columns, peak, left, top, width, height } = grid
  const paths = new Map<number, string[]>()
  for (let row = 0; row < rows; row++) {
    let from = 0
    for (let column = 0; column < columns; column++) {
      const level = levelAt(grid, row, column, peak)
      if (column + 1 < columns && levelAt(grid, row, column + 1, peak) === level) continue
      if (level !== undefined && level !== 0) {
        const path = paths.get(level) ?? []
        paths.set(level, path)
        const size = (column + 1 - from) * width
        path.push(`M${short(left + from * width)} ${short(top + row * height)}h${short(size)}v${short(height)}h${short(-size)}z`)
      }
      from = column + 1
    }
  }
  const background = `<rect class="v0" x="${short(left)}" y="${short(top)}" width="${short(columns * width)}" height="${short(rows * height)}"/>`
  const levels = Array.from({ length: 2 * LEVELS + 1 }, (_, i) => i - LEVELS)
  return (
    background +
    levels.map((level) => (paths.has(level) ? `<path class="v${level}" d="${paths.get(level)!.join('')}"/>` : '')).join('')
  )
}

function levelAt({ value }: CellGrid, row: number, column: number, peak: number): number | undefined {
  const at = value(row, column)
  return Number.isNaN(at) ? undefined : levelOf(at, peak)
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100)
}
