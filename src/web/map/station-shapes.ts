import type { StationState } from '../ui/station-state.ts'

type Draw = (context: CanvasRenderingContext2D, radius: number) => void

const FULL = 2 * Math.PI

/** The marks of STATE_MARKS as paths around the origin: fonts do not agree on where the middle of a sign is. */
export const STATION_SHAPES: Readonly<Record<StationState, Draw>> = {
  ok: (context, radius) => disc(context, radius, 0, FULL),
  waiting: (context, radius) => circle(context, radius),
  latent: (context, radius) => {
    circle(context, radius)
    disc(context, radius, Math.PI / 2, (3 * Math.PI) / 2)
  },
  gap: (context, radius) => {
    circle(context, radius)
    lines(context, [-radius / 2.5, -radius, -radius / 2.5, radius], [radius / 2.5, -radius, radius / 2.5, radius])
  },
  silent: (context, radius) => lines(context, [-radius, -radius, radius, radius], [-radius, radius, radius, -radius]),
  stalled: (context, radius) => {
    lines(context, [0, -radius, 0, radius], [-1.3 * radius, 0, 1.3 * radius, 0])
    lines(context, [-1.3 * radius, 0, -0.7 * radius, -radius / 2], [-1.3 * radius, 0, -0.7 * radius, radius / 2])
    lines(context, [1.3 * radius, 0, 0.7 * radius, -radius / 2], [1.3 * radius, 0, 0.7 * radius, radius / 2])
  },
  rejected: (context, radius) => {
    circle(context, radius)
    const side = radius * Math.SQRT1_2
    lines(context, [-side, side, side, -side])
  },
}

function circle(context: CanvasRenderingContext2D, radius: number): void {
  context.beginPath()
  context.arc(0, 0, radius, 0, FULL)
  context.stroke()
}

function disc(context: CanvasRenderingContext2D, radius: number, from: number, to: number): void {
  context.beginPath()
  context.arc(0, 0, radius, from, to)
  context.fill()
}

function lines(context: CanvasRenderingContext2D, ...ends: readonly (readonly [number, number, number, number])[]): void {
  context.beginPath()
  for (const [fromX, fromY, toX, toY] of ends) {
    context.moveTo(fromX, fromY)
    context.lineTo(toX, toY)
  }
  context.stroke()
}
