import { placeOf, type Scale, type Tick } from './scale.ts'

/** What a chart shows. */
export interface Series {
  readonly name: string
  /** Name of a colour of the style: `--z`. */
  readonly colour: string
  /** [x, y] by x; `steps`: y holds from x to the next. y null: nothing known. */
  readonly points: readonly (readonly [number, number | null])[]
  readonly kind: 'line' | 'steps'
  readonly isDashed?: boolean
  /** The area below it, too. */
  readonly isFilled?: boolean
}

export interface Axis {
  readonly scale: Scale
  /** With the unit. */
  readonly title: string
  readonly format: (value: number) => string
  /** Instead of round numbers. */
  readonly ticks?: readonly Tick[]
}

/** A value of the x axis to be seen: a threshold. */
export interface Mark {
  readonly x: number
  readonly name: string
  readonly colour: string
  readonly isDashed?: boolean
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The path of an SVG; gaps where nothing is known. */
export function pathOf({ points, kind }: Pick<Series, 'points' | 'kind'>, x: Scale, y: Scale, box: Box): string {
  const parts: string[] = []
  let isDown = false
  let before: string | undefined
  for (const [at, value] of points) {
    if (value === null) {
      isDown = false
      continue
    }
    const [px, py] = [fixed(xOf(at, x, box)), fixed(yOf(value, y, box))]
    if (!isDown) parts.push(`M${px} ${py}`)
    else parts.push(kind === 'steps' ? `L${px} ${before}L${px} ${py}` : `L${px} ${py}`)
    before = py
    isDown = true
  }
  return parts.join('')
}

/** The path closed along the lower edge; only for series without gaps. */
export function areaOf(series: Pick<Series, 'points' | 'kind'>, x: Scale, y: Scale, box: Box): string {
  const first = series.points[0]
  const last = series.points.at(-1)
  if (!first || !last) return ''
  const floor = fixed(box.top + box.height)
  return `${pathOf(series, x, y, box)}L${fixed(xOf(last[0], x, box))} ${floor}L${fixed(xOf(first[0], x, box))} ${floor}Z`
}

export function xOf(value: number, scale: Scale, { left, width }: Box): number {
  return left + clamped(placeOf(scale, value)) * width
}

export function yOf(value: number, scale: Scale, { top, height }: Box): number {
  return top + (1 - clamped(placeOf(scale, value))) * height
}

/** What the series say at a place: of steps the one that holds there, of lines the nearest point. */
export function valueNear({ points, kind }: Pick<Series, 'points' | 'kind'>, x: number): number | null {
  if (kind === 'steps') return points.findLast(([at]) => at <= x)?.[1] ?? null
  let best: readonly [number, number | null] | undefined
  for (const point of points) if (!best || Math.abs(point[0] - x) < Math.abs(best[0] - x)) best = point
  return best?.[1] ?? null
}

function clamped(place: number): number {
  return Math.min(1, Math.max(0, place))
}

function fixed(value: number): string {
  return value.toFixed(1)
}
