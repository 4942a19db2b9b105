import type { EventWire } from '../../contract/event.ts'

export type Member = EventWire['members'][number]

export interface MoveoutPoint {
  readonly member: Member
  /** After the origin time, or after the first onset without a location. */
  readonly seconds: number
  /** From the epicentre; without a location the place in the order of onsets. */
  readonly height: number
}

/** Predicted arrivals of one phase, nearest first. */
export interface MoveoutLine {
  readonly phase: 'P' | 'S'
  readonly points: readonly { readonly seconds: number; readonly height: number }[]
}

export interface Moveout {
  /** Heights are kilometres; otherwise rows. */
  readonly isLocated: boolean
  readonly points: readonly MoveoutPoint[]
  readonly lines: readonly MoveoutLine[]
  /** Milliseconds since 1970 at 0 s. */
  readonly zero: number
  /** Seconds, with some air around the onsets. */
  readonly from: number
  readonly to: number
  readonly highest: number
}

/** Air before the first and after the last onset, parts of what lies between: afterwards S is still to come. */
const AIR_BEFORE = 0.1
const AIR_AFTER = 0.4
const LEAST_AIR_SECONDS = 2

/** Onsets over distance. Predictions are what the residuals say: onset minus residual, at the members alone. */
export function moveoutOf(event: EventWire): Moveout {
  const isLocated = event.location !== null && event.members.every(({ distanceKm }) => distanceKm !== null)
  const zero = Date.parse(isLocated ? event.time : event.firstOnset)
  const points = event.members.map((member, row) => ({
    member,
    seconds: (Date.parse(member.onset) - zero) / 1000,
    height: isLocated ? (member.distanceKm as number) : row,
  }))
  const times = [...points.map(({ seconds }) => seconds), 0]
  const [first, last] = [Math.min(...times), Math.max(...times)]
  return {
    isLocated,
    points,
    lines: isLocated ? (['P', 'S'] as const).map((phase) => lineOf(phase, points)).filter((line) => line.points.length > 1) : [],
    zero,
    from: first - Math.max(LEAST_AIR_SECONDS, (last - first) * AIR_BEFORE),
    to: last + Math.max(LEAST_AIR_SECONDS, (last - first) * AIR_AFTER),
    highest: Math.max(...points.map(({ height }) => height), isLocated ? 1 : 0) * 1.08 + (isLocated ? 0 : 0.5),
  }
}

function lineOf(phase: 'P' | 'S', points: readonly MoveoutPoint[]): MoveoutLine {
  const predicted = points.flatMap(({ member, seconds, height }) =>
    member.phase === phase && member.residualSeconds !== null ? [{ seconds: seconds - member.residualSeconds, height }] : [],
  )
  return { phase, points: predicted.sort((a, b) => a.height - b.height) }
}
