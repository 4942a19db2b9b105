import { availabilityColour, latencyColour, latencyShare } from './instrument-health.ts'

export interface StripCells {
  /** null: not known. */
  readonly values: readonly (number | null)[]
  readonly kind: 'availability' | 'latency'
}

/**
 * A day of one instrument as bars: how high they are says the same as their colour. What is not known is a thin line, what is known
 * to be missing is a mark at the bottom.
 *
 * @param colour of the style by its name
 */
export function drawStrip(
  context: CanvasRenderingContext2D,
  { values, kind }: StripCells,
  { width, height }: { width: number; height: number },
  colour: (name: string) => string,
): void {
  context.clearRect(0, 0, width, height)
  const cell = width / Math.max(1, values.length)
  for (const [i, value] of values.entries()) {
    const share = value === null ? 0 : kind === 'availability' ? Math.max(0.08, value) : latencyShare(value)
    const name = value === null ? '--line' : kind === 'availability' ? availabilityColour(value) : latencyColour(value)
    const high = value === null ? 1 : Math.max(1, share * height)
    context.fillStyle = colour(name)
    context.fillRect(i * cell, height - high, Math.max(0.5, cell - 0.25), high)
  }
}
