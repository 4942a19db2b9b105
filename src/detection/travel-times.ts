import { AK135, EARTH_RADIUS_KM, type EarthModel } from './earth-model.ts'

export type Wave = 'P' | 'S'

/** Depths that the tables hold, km; none on a discontinuity. */
export const TABLE_DEPTHS_KM = [
  0, 2, 5, 8, 11, 14, 17, 24, 30, 40, 50, 60, 80, 100, 130, 160, 200, 250, 300, 350, 400, 500, 600, 700,
] as const

/** Beyond it the first wave has been through the core; nothing is said there. */
export const FARTHEST_DEGREES = 95

/** Near the source travel times bend: fine steps up to here, coarse ones beyond. */
const NEAR_DEGREES = 3
const NEAR_STEP = 0.01
const FAR_STEP = 0.1
const NEAR_COUNT = Math.round(NEAR_DEGREES / NEAR_STEP)
const COUNT = NEAR_COUNT + Math.round((FARTHEST_DEGREES - NEAR_DEGREES) / FAR_STEP) + 1

/** Rays per second of slowness, and at least so many in each layer. */
const RAYS_PER_SECOND = 4
const FEWEST_RAYS = 24

/** A shell between two radii in which velocity is A·r^B (Bullen): rays in it have closed forms. */
interface Shell {
  /** r / v at its top and bottom, s per radian. */
  readonly top: number
  readonly bottom: number
  /** 1 / (1 − B). */
  readonly factor: number
}

/** First arrivals of P and S, seconds, by distance and depth. Build it once: it takes some tens of milliseconds. */
export class TravelTimes {
  readonly #tables: Readonly<Record<Wave, readonly Float64Array[]>>

  constructor(model: EarthModel = AK135) {
    this.#tables = { P: firstArrivals(model, 'P'), S: firstArrivals(model, 'S') }
  }

  /**
   * @param degrees 0 to `FARTHEST_DEGREES`
   * @param depthIndex into `TABLE_DEPTHS_KM`
   * @returns seconds after the origin; infinite where there is no such wave
   */
  seconds(wave: Wave, degrees: number, depthIndex: number): number {
    const table = this.#tables[wave][depthIndex]!
    const position = degrees < NEAR_DEGREES ? degrees / NEAR_STEP : NEAR_COUNT + (degrees - NEAR_DEGREES) / FAR_STEP
    const index = Math.floor(position)
    if (index + 1 >= COUNT) return Number.POSITIVE_INFINITY
    const before = table[index]!
    const after = table[index + 1]!
    return after === Number.POSITIVE_INFINITY ? after : before + (after - before) * (position - index)
  }
}

/** One table per depth: the earliest of all rays at each distance. */
function firstArrivals(model: EarthModel, wave: Wave): Float64Array[] {
  const { shells, depthShell } = shellsOf(model, wave)
  const tables = TABLE_DEPTHS_KM.map(() => new Float64Array(COUNT).fill(Number.POSITIVE_INFINITY))
  const slownesses = slownessesOf(shells)
  const rays = slownesses.map((slowness) => traceRay(shells, depthShell, slowness))
  TABLE_DEPTHS_KM.forEach((_, depth) => {
    const table = tables[depth]!
    const sourceTop = shells[depthShell[depth]!]?.top ?? 0
    for (let i = 1; i < rays.length; i++) {
      if (slownesses[i]! > sourceTop) break
      const [one, two] = [rays[i - 1]!, rays[i]!]
      // Up from the source …
      const before = { degrees: one.degreesTo[depth]!, seconds: one.secondsTo[depth]! }
      const after = { degrees: two.degreesTo[depth]!, seconds: two.secondsTo[depth]! }
      earliest(table, before, after)
      // … or down, through the deepest point, and up on the other side.
      if (!one.turns || !two.turns) continue
      earliest(
        table,
        { degrees: 2 * one.degrees - before.degrees, seconds: 2 * one.seconds - before.seconds },
        { degrees: 2 * two.degrees - after.degrees, seconds: 2 * two.seconds - after.seconds },
      )
    }
  })
  return tables
}

/** Lowers the table where the piece of a travel-time curve between two rays comes first. */
function earliest(table: Float64Array, a: Arrival, b: Arrival): void {
  const [near, far] = a.degrees <= b.degrees ? [a, b] : [b, a]
  const width = far.degrees - near.degrees
  for (let i = indexFrom(near.degrees); i < COUNT; i++) {
    const degrees = degreesAt(i)
    if (degrees > far.degrees) return
    const seconds = width === 0 ? near.seconds : near.seconds + ((far.seconds - near.seconds) * (degrees - near.degrees)) / width
    if (seconds < table[i]!) table[i] = seconds
  }
}

interface Arrival {
  readonly degrees: number
  readonly seconds: number
}

interface RayPath extends Arrival {
  /** False for rays that meet the core. */
  readonly turns: boolean
  /** From the surface down to each depth of the tables. */
  readonly degreesTo: Float64Array
  readonly secondsTo: Float64Array
}

/** One leg from the surface to the deepest point. In a shell with v = A·r^B both integrals are closed (Bullen & Bolt 1985, §7.3). */
function traceRay(shells: readonly Shell[], depthShell: readonly number[], slowness: number): RayPath {
  const degreesTo = new Float64Array(depthShell.length)
  const secondsTo = new Float64Array(depthShell.length)
  let radians = 0
  let seconds = 0
  let depth = 0
  for (let i = 0; i <= shells.length; i++) {
    while (depthShell[depth] === i) {
      degreesTo[depth] = (radians * 180) / Math.PI
      secondsTo[depth] = seconds
      depth++
    }
    const shell = shells[i]
    if (!shell) return { degrees: (radians * 180) / Math.PI, seconds, turns: false, degreesTo, secondsTo }
    // Turned back at a discontinuity, or inside this shell.
    if (shell.top <= slowness) break
    radians +=
      shell.factor * (Math.acos(slowness / shell.top) - (shell.bottom > slowness ? Math.acos(slowness / shell.bottom) : 0))
    seconds += shell.factor * (leg(shell.top, slowness) - (shell.bottom > slowness ? leg(shell.bottom, slowness) : 0))
    if (shell.bottom < slowness) break
  }
  return { degrees: (radians * 180) / Math.PI, seconds, turns: true, degreesTo, secondsTo }
}

function leg(limit: number, slowness: number): number {
  return Math.sqrt(limit * limit - slowness * slowness)
}

/** The model's layers, cut at the depths of the tables too. */
function shellsOf(model: EarthModel, wave: Wave): { shells: Shell[]; depthShell: number[] } {
  const column = wave === 'P' ? 1 : 2
  const shells: Shell[] = []
  const tops: number[] = []
  for (let i = 1; i < model.length; i++) {
    const [above, below] = [model[i - 1]!, model[i]!]
    if (above[0] === below[0]) continue
    const velocity = (depth: number) =>
      above[column] + ((below[column] - above[column]) * (depth - above[0])) / (below[0] - above[0])
    const cuts = [above[0], ...TABLE_DEPTHS_KM.filter((depth) => depth > above[0] && depth < below[0]), below[0]]
    for (let k = 1; k < cuts.length; k++) {
      const [top, bottom] = [cuts[k - 1]!, cuts[k]!]
      const [upper, lower] = [EARTH_RADIUS_KM - top, EARTH_RADIUS_KM - bottom]
      const power = Math.log(velocity(top) / velocity(bottom)) / Math.log(upper / lower)
      tops.push(top)
      shells.push({ top: upper / velocity(top), bottom: lower / velocity(bottom), factor: 1 / (1 - power) })
    }
  }
  return { shells, depthShell: TABLE_DEPTHS_KM.map((depth) => tops.indexOf(depth)) }
}

/** Growing, and closest together near the edges of layers, where distances change fastest. */
function slownessesOf(shells: readonly Shell[]): number[] {
  const edges = [...new Set([0, ...shells.flatMap(({ top, bottom }) => [top, bottom])])].sort((a, b) => a - b)
  const slownesses = [0]
  for (let i = 1; i < edges.length; i++) {
    const [low, high] = [edges[i - 1]!, edges[i]!]
    const count = Math.max(FEWEST_RAYS, Math.ceil((high - low) * RAYS_PER_SECOND))
    for (let k = 1; k <= count; k++) slownesses.push(low + ((high - low) * (1 - Math.cos((Math.PI * k) / count))) / 2)
  }
  return slownesses
}

function degreesAt(index: number): number {
  return index <= NEAR_COUNT ? index * NEAR_STEP : NEAR_DEGREES + (index - NEAR_COUNT) * FAR_STEP
}

function indexFrom(degrees: number): number {
  if (degrees <= NEAR_DEGREES) return Math.ceil(degrees / NEAR_STEP - 1e-9)
  return NEAR_COUNT + Math.ceil((degrees - NEAR_DEGREES) / FAR_STEP - 1e-9)
}
