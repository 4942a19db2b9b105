import { KM_PER_DEGREE, type Place, placeTowards } from '../domain/place.ts'
import { FARTHEST_DEGREES, TABLE_DEPTHS_KM, type TravelTimes } from './travel-times.ts'

/** An onset at a place; seconds after any common reference. */
export interface Arrival {
  readonly place: Place
  readonly seconds: number
  readonly uncertaintySeconds: number
}

/** Where and when waves set out. */
export interface Source {
  readonly place: Place
  /** Into `TABLE_DEPTHS_KM`. */
  readonly depthIndex: number
  /** Origin time, on the scale of the arrivals. */
  readonly seconds: number
}

export interface FoundSource {
  readonly source: Source
  /** Positions of the arrivals that fit it, in the order they were given. */
  readonly fitting: readonly number[]
}

/** Rings of nodes around the first station: close together where the first station is near, sparse far away, out to teleseisms. */
const RINGS_KM = [0, ...Array.from({ length: 44 }, (_, i) => 4 * 1.2 ** i)].filter((km) => km < FARTHEST_DEGREES * KM_PER_DEGREE)
const AZIMUTHS = 30
const SEARCHED_DEPTHS = [8, 40, 100, 300, 600].map((depth) => TABLE_DEPTHS_KM.indexOf(depth as never))
/** Nodes lie so far apart that onsets of a source between them miss by up to this part of the tolerance more. */
const COARSE = 1.6
const FINEST_KM = 0.5

/** Near and shallow sources are likelier than others that fit as well: a mean misfit of so many seconds per doubling of 100 km. */
const FAR_PENALTY = 0.3

/** Seconds of misfit that a source so far from the nearest station, and so deep, has to make up for. */
export function farPenalty(nearestKm: number, depthKm: number): number {
  return FAR_PENALTY * (Math.log2(1 + nearestKm / 100) + Math.log2(1 + depthKm / 100))
}

/**
 * The source that most arrivals fit within the tolerance, the anchor among them; of equals the one with the smaller misfit.
 *
 * A grid search: all places around the earliest arrival and around the anchor, then ever finer steps.
 *
 * @returns undefined when nothing fits the anchor and another arrival
 */
export function findSource(
  arrivals: readonly Arrival[],
  anchor: number,
  toleranceSeconds: number,
  times: TravelTimes,
): FoundSource | undefined {
  const search = new SourceSearch(arrivals, anchor, toleranceSeconds, times)
  const first = arrivals.reduce((early, arrival, i) => (arrival.seconds < arrivals[early]!.seconds ? i : early), anchor)
  for (const centre of new Set([first, anchor])) search.around(arrivals[centre]!.place)
  return search.finish()
}

/** Onset minus prediction, seconds. */
export function residualOf(arrival: Arrival, source: Source, times: TravelTimes, wave: 'P' | 'S' = 'P'): number {
  const degrees = angleBetween(vectorOf(arrival.place), vectorOf(source.place))
  return arrival.seconds - source.seconds - times.seconds(wave, degrees, source.depthIndex)
}

interface Trial {
  readonly place: Place
  readonly depthIndex: number
  readonly seconds: number
  readonly fits: number
  readonly misfit: number
}

class SourceSearch {
  readonly #arrivals: readonly Arrival[]
  readonly #vectors: readonly Vector[]
  readonly #anchor: number
  readonly #tolerance: number
  readonly #times: TravelTimes
  /** From the place that is tried now. */
  readonly #degrees: Float64Array
  #nearest = 0
  #best: Trial | undefined

  constructor(arrivals: readonly Arrival[], anchor: number, tolerance: number, times: TravelTimes) {
    this.#arrivals = arrivals
    this.#vectors = arrivals.map(({ place }) => vectorOf(place))
    this.#anchor = anchor
    this.#tolerance = tolerance
    this.#times = times
    this.#degrees = new Float64Array(arrivals.length)
  }

  around(centre: Place): void {
    for (const km of RINGS_KM) {
      for (let k = 0; k < (km === 0 ? 1 : AZIMUTHS); k++) {
        const place = placeTowards(centre, km / KM_PER_DEGREE, (k * 360) / AZIMUTHS)
        this.#measure(place)
        for (const depthIndex of SEARCHED_DEPTHS) this.#keep(this.#try(place, depthIndex, this.#tolerance * COARSE))
      }
    }
  }

  finish(): FoundSource | undefined {
    if (!this.#best) return undefined
    const centre = this.#arrivals[this.#anchor]!.place
    const spreadKm = angleBetween(vectorOf(centre), vectorOf(this.#best.place)) * KM_PER_DEGREE
    let best = this.#assess(this.#best.place, this.#best.depthIndex)
    for (let step = Math.max(4, spreadKm / 6); step > FINEST_KM; step /= 2) {
      for (let isBetter = true; isBetter; ) {
        isBetter = false
        for (const trial of this.#neighbours(best, step)) {
          if (!isBetterThan(trial, best)) continue
          best = trial
          isBetter = true
        }
      }
    }
    const { place, depthIndex, seconds } = best
    const source = { place, depthIndex, seconds }
    const fitting = this.#arrivals.flatMap((arrival, i) =>
      Math.abs(residualOf(arrival, source, this.#times)) <= this.#tolerance ? [i] : [],
    )
    return fitting.length > 1 && fitting.includes(this.#anchor) ? { source, fitting } : undefined
  }

  *#neighbours({ place, depthIndex }: Trial, stepKm: number): Iterable<Trial> {
    for (let k = 0; k < 8; k++) yield this.#assess(placeTowards(place, stepKm / KM_PER_DEGREE, k * 45), depthIndex)
    if (depthIndex > 0) yield this.#assess(place, depthIndex - 1)
    if (depthIndex + 1 < TABLE_DEPTHS_KM.length) yield this.#assess(place, depthIndex + 1)
  }

  #assess(place: Place, depthIndex: number): Trial {
    this.#measure(place)
    return this.#try(place, depthIndex, this.#tolerance)
  }

  #measure(place: Place): void {
    const node = vectorOf(place)
    this.#nearest = Number.POSITIVE_INFINITY
    this.#vectors.forEach((vector, i) => {
      const degrees = angleBetween(vector, node)
      this.#degrees[i] = degrees
      if (degrees < this.#nearest) this.#nearest = degrees
    })
  }

  /** Origin time: first from the anchor alone, then the middle of what fits that. */
  #try(place: Place, depthIndex: number, tolerance: number): Trial {
    const origin = (i: number) => this.#arrivals[i]!.seconds - this.#times.seconds('P', this.#degrees[i]!, depthIndex)
    const anchored = origin(this.#anchor)
    let low = anchored
    let high = anchored
    for (let i = 0; i < this.#degrees.length; i++) {
      const seconds = origin(i)
      if (Math.abs(seconds - anchored) > tolerance) continue
      low = Math.min(low, seconds)
      high = Math.max(high, seconds)
    }
    const seconds = (low + high) / 2
    let fits = 0
    let sum = 0
    for (let i = 0; i < this.#degrees.length; i++) {
      const miss = Math.abs(origin(i) - seconds)
      if (miss > tolerance) continue
      fits++
      sum += miss
    }
    const penalty = farPenalty(this.#nearest * KM_PER_DEGREE, TABLE_DEPTHS_KM[depthIndex]!)
    return { place, depthIndex, seconds, fits, misfit: sum / Math.max(1, fits) + penalty }
  }

  #keep(trial: Trial): void {
    if (trial.fits > 1 && (!this.#best || isBetterThan(trial, this.#best))) this.#best = trial
  }
}

function isBetterThan(one: Trial, other: Trial): boolean {
  return one.fits > other.fits || (one.fits === other.fits && one.misfit < other.misfit - 1e-9)
}

type Vector = readonly [number, number, number]

function vectorOf({ latitude, longitude }: Place): Vector {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180]
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)]
}

/** Degrees; good to a metre. */
function angleBetween(a: Vector, b: Vector): number {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
  return (Math.acos(Math.max(-1, Math.min(1, dot))) * 180) / Math.PI
}
