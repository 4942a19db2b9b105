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
  /** See `scoreOf`. */
  readonly score: number
}

/** Rings of nodes around the first station: close together where the first station is near, sparse far away, out to teleseisms. */
const RINGS_KM = [0, ...Array.from({ length: 44 }, (_, i) => 4 * 1.2 ** i)].filter((km) => km < FARTHEST_DEGREES * KM_PER_DEGREE)
const AZIMUTHS = 30
const SEARCHED_DEPTHS = [8, 40, 100, 300, 600].map((depth) => TABLE_DEPTHS_KM.indexOf(depth as never))
/** Nodes lie so far apart that onsets of a source between them miss by up to this part of the tolerance more. */
const COARSE = 1.6
const FINEST_KM = 0.5

/** Near and shallow sources are likelier: what a source so far from the nearest station, and so deep, has to explain in more onsets. */
export function farPenalty(nearestKm: number, depthKm: number): number {
  return Math.log2(1 + nearestKm / 100) + Math.log2(1 + depthKm / 100)
}

/** Of the tolerance, at the nearest station; and what each second that the wave travels longer adds, up to the whole tolerance. */
const NEAR_SHARE = 0.5
const SLACK_PER_SECOND = 0.05

/**
 * By how much an onset may miss: little near the source, where only reading errors count, more where the wave came through more of
 * an Earth that is not as simple.
 *
 * @param laterSeconds travel time beyond the one to the nearest station
 * @param uncertaintySeconds of the onset
 */
export function allowedMiss(toleranceSeconds: number, laterSeconds: number, uncertaintySeconds: number): number {
  const ofEarth = Math.min(toleranceSeconds, NEAR_SHARE * toleranceSeconds + SLACK_PER_SECOND * Math.max(0, laterSeconds))
  return ofEarth + uncertaintySeconds
}

/** What an onset counts for a source: one that is hardly timed fits many. */
function sharpness(toleranceSeconds: number, uncertaintySeconds: number): number {
  return toleranceSeconds / (toleranceSeconds + uncertaintySeconds)
}

/** What a source is worth: one for each onset that it predicts exactly, less for those that miss, nothing beyond what is allowed. */
export function scoreOf(arrivals: readonly Arrival[], source: Source, toleranceSeconds: number, times: TravelTimes): number {
  const degrees = arrivals.map(({ place }) => angleBetween(vectorOf(place), vectorOf(source.place)))
  const nearest = Math.min(...degrees)
  const travel = degrees.map((each) => times.seconds('P', each, source.depthIndex))
  const least = Math.min(...travel)
  return arrivals.reduce(
    (sum, { seconds, uncertaintySeconds }, i) => {
      const miss = seconds - source.seconds - travel[i]!
      const ratio = miss / allowedMiss(toleranceSeconds, travel[i]! - least, uncertaintySeconds)
      return sum + Math.max(0, 1 - ratio * ratio) * sharpness(toleranceSeconds, uncertaintySeconds)
    },
    -farPenalty(nearest * KM_PER_DEGREE, TABLE_DEPTHS_KM[source.depthIndex]!),
  )
}

/**
 * The source that explains the arrivals best, the anchor among them: many, closely, from not too far.
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
  readonly score: number
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
  /** What each arrival says the origin time was. */
  readonly #origins: Float64Array
  #best: Trial | undefined

  constructor(arrivals: readonly Arrival[], anchor: number, tolerance: number, times: TravelTimes) {
    this.#arrivals = arrivals
    this.#vectors = arrivals.map(({ place }) => vectorOf(place))
    this.#anchor = anchor
    this.#tolerance = tolerance
    this.#times = times
    this.#degrees = new Float64Array(arrivals.length)
    this.#origins = new Float64Array(arrivals.length)
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
          if (trial.score <= best.score + 1e-6) continue
          best = trial
          isBetter = true
        }
      }
    }
    const { place, depthIndex, seconds } = best
    this.#measure(place)
    const least = this.#times.seconds('P', this.#nearest, depthIndex)
    const fitting = this.#arrivals.flatMap((arrival, i) => {
      const travel = this.#times.seconds('P', this.#degrees[i]!, depthIndex)
      const miss = Math.abs(arrival.seconds - seconds - travel)
      return miss <= allowedMiss(this.#tolerance, travel - least, arrival.uncertaintySeconds) ? [i] : []
    })
    const isFound = fitting.length > 1 && fitting.includes(this.#anchor)
    return isFound ? { source: { place, depthIndex, seconds }, fitting, score: best.score } : undefined
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
    const origins = this.#origins
    for (let i = 0; i < origins.length; i++) {
      origins[i] = this.#arrivals[i]!.seconds - this.#times.seconds('P', this.#degrees[i]!, depthIndex)
    }
    // The nearest station is the one the wave reaches first.
    const least = this.#times.seconds('P', this.#nearest, depthIndex)
    const anchored = origins[this.#anchor]!
    let low = anchored
    let high = anchored
    for (let i = 0; i < origins.length; i++) {
      const seconds = origins[i]!
      const { seconds: onset, uncertaintySeconds } = this.#arrivals[i]!
      // One that hardly says when it came says nothing about the origin time.
      if (uncertaintySeconds > tolerance && i !== this.#anchor) continue
      const allowed = allowedMiss(tolerance, onset - seconds - least, uncertaintySeconds)
      if (!(Math.abs(seconds - anchored) <= allowed)) continue
      if (seconds < low) low = seconds
      if (seconds > high) high = seconds
    }
    const seconds = (low + high) / 2
    let score = -farPenalty(this.#nearest * KM_PER_DEGREE, TABLE_DEPTHS_KM[depthIndex]!)
    let fits = 0
    for (let i = 0; i < origins.length; i++) {
      const { seconds: onset, uncertaintySeconds } = this.#arrivals[i]!
      const ratio = Math.abs(origins[i]! - seconds) / allowedMiss(tolerance, onset - origins[i]! - least, uncertaintySeconds)
      if (!(ratio <= 1)) continue
      fits++
      score += (1 - ratio * ratio) * sharpness(tolerance, uncertaintySeconds)
    }
    return { place, depthIndex, seconds, fits, score }
  }

  #keep(trial: Trial): void {
    if (trial.fits > 1 && (!this.#best || trial.score > this.#best.score)) this.#best = trial
  }
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
