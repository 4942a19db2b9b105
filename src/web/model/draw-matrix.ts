import type { Rgb } from './diverging-colour.ts'

/**
 * A matrix as pixels, one per value; the style makes them larger.
 *
 * @param values row-major [rows, columns]
 * @param order of the columns
 */
export function drawMatrix(
  canvas: HTMLCanvasElement,
  values: Float64Array,
  { rows, order, colour }: { rows: number; order: readonly number[]; colour: (value: number) => Rgb },
): void {
  const columns = order.length
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext('2d')
  if (!context) return
  const image = context.createImageData(columns, rows)
  for (let row = 0; row < rows; row++) {
    for (const [column, filter] of order.entries()) {
      const rgb = colour(values[row * columns + filter] ?? 0)
      image.data.set([...rgb, 255], (row * columns + column) * 4)
    }
  }
  context.putImageData(image, 0, 0)
}
