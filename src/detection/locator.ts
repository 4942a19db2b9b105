import type { EventLocation } from '../domain/network-event.ts'
import { azimuthDegrees, distanceDegrees, KM_PER_DEGREE, type Place, placeTowards } from '../domain/place.ts'
import { type Arrival, farPenalty, type Source, scoreOf } from './source-finder.ts'
import { TABLE_DEPTHS_KM, type TravelTimes } from './travel-times.ts'

/** A location on the time scale of the arrivals. */
export interface LocatedSource {
  readonly source: Source
  readonly location: Omit<EventLocation, 'time'>
}

/** Epicentre (2), origin time and depth: fewer onsets leave it open. */
export const FEWEST_ONSETS = 4

/** The second guess: near the first station. */
const NEAR_TRAVEL_SECONDS = 3

/** What a simple Earth gets wrong: a part of its own and a part of the travel time. */
const MODEL_SECONDS = 0.25
const MODEL_SHARE = 0.01
/** Residuals beyond so many standard deviations count less (Huber). */
const HUBER = 1.5
/** Where depths fit alike, the one nearest to this is taken. */
const LIKELY_DEPTH_KM = 10
const STEPS = 12
/** In onsets: least squares weigh them otherwise than the search does. */
const MAY_EXPLAIN_LESS = 0.5
const LONGEST_STEP_KM = 150
/** The 68 % ellipse of two dimensions: √(−2 ln 0.32) standard deviations. */
const ELLIPSE_68 = Math.sqrt(-2 * Math.log(0.32))

/**
 * Least squares (Geiger's method with robust weights) at every depth of the tables, from the guess and from the first station.
 *
 * Where onsets are misread, half of them S for instance, squares are least far outside of the network, and few onsets fit: a solution that
 * explains less than the guess does is none. When that leaves none, the event is where the guess was.
 *
 * @param arrivals at least `FEWEST_ONSETS`
 * @param guess what a search of all places found
 */
export function locate(arrivals: readonly Arrival[], guess: Source, toleranceSeconds: number, times: TravelTimes): LocatedSource {
  const first = arrivals.reduce((one, other) => (other.seconds < one.seconds ? other : one))
  const overhead = { ...guess, place: first.place, seconds: first.seconds - NEAR_TRAVEL_SECONDS }
  const explained = (source: Source) => scoreOf(arrivals, source, toleranceSeconds, times)
  const enough = explained(guess) - MAY_EXPLAIN_LESS
  const found = TABLE_DEPTHS_KM.flatMap((_, depthIndex) => {
    const both = [guess, overhead].map((start) => solve(arrivals, { ...start, depthIndex }, times))
    const [best] = both.filter(({ source }) => explained(source) >= enough).sort((a, b) => a.misfit - b.misfit)
    return best ? [best] : []
  })
  const solutions = found.length > 0 ? found : [solve(arrivals, guess, times, 0)]
  const least = Math.min(...solutions.map(({ misfit }) => misfit))
  const freedom = Math.max(1, arrivals.length - FEWEST_ONSETS)
  const scale = Math.max(1, least / freedom)
  const alike = solutions.filter(({ misfit }) => misfit <= least + scale)
  const farFromLikely = ({ source }: Solution) => Math.abs(TABLE_DEPTHS_KM[source.depthIndex]! - LIKELY_DEPTH_KM)
  const best = alike.reduce((one, other) => (farFromLikely(other) < farFromLikely(one) ? other : one))
  const depths = alike.map(({ source }) => TABLE_DEPTHS_KM[source.depthIndex]!)
  const { source, residuals, covariance } = best
  return {
    source,
    location: {
      status: 'preliminary',
      latitude: rounded(source.place.latitude, 4),
      longitude: rounded(source.place.longitude, 4),
      depthKm: { value: TABLE_DEPTHS_KM[source.depthIndex]!, from: Math.min(...depths), to: Math.max(...depths) },
      ellipse: ellipseOf(covariance, scale, shiftsOf(best, alike)),
      timeUncertaintySeconds: rounded(Math.sqrt(covariance[2]![2]! * scale), 2),
      rmsSeconds: rounded(Math.sqrt(residuals.reduce((sum, each) => sum + each * each, 0) / residuals.length), 3),
      onsets: arrivals.length,
      azimuthalGap: azimuthalGap(arrivals, source.place),
      model: 'ak135',
    },
  }
}

interface Solution {
  readonly source: Source
  readonly residuals: readonly number[]
  readonly misfit: number
  /** Of kilometres east, kilometres north, seconds. */
  readonly covariance: Matrix
}

type Matrix = number[][]

function solve(arrivals: readonly Arrival[], start: Source, times: TravelTimes, steps = STEPS): Solution {
  let source = start
  for (let step = 0; ; step++) {
    const { normal, gradient, residuals, misfit } = linearised(arrivals, source, times)
    const covariance = inverse3(normal)
    const [east = 0, north = 0, seconds = 0] = covariance.map((row) => row.reduce((sum, each, k) => sum + each * gradient[k]!, 0))
    const km = Math.hypot(east, north)
    if (step === steps || km + Math.abs(seconds) < 0.01) return { source, residuals, misfit, covariance }
    const share = Math.min(1, LONGEST_STEP_KM / km)
    const azimuth = (Math.atan2(east, north) * 180) / Math.PI
    source = {
      ...source,
      place: km === 0 ? source.place : placeTowards(source.place, (km * share) / KM_PER_DEGREE, azimuth),
      seconds: source.seconds + seconds * share,
    }
  }
}

function linearised(arrivals: readonly Arrival[], source: Source, times: TravelTimes) {
  // A weak wish to stay where we are keeps the sums regular when all stations lie in one direction.
  const normal: Matrix = [
    [1e-6, 0, 0],
    [0, 1e-6, 0],
    [0, 0, 1e-9],
  ]
  const gradient = [0, 0, 0]
  const residuals: number[] = []
  let misfit = 0
  let nearest = Number.POSITIVE_INFINITY
  for (const { place, seconds, uncertaintySeconds } of arrivals) {
    const degrees = distanceDegrees(source.place, place)
    nearest = Math.min(nearest, degrees)
    const travel = times.seconds('P', degrees, source.depthIndex)
    const residual = Number.isFinite(travel) ? seconds - source.seconds - travel : 0
    const sigma = Math.hypot(uncertaintySeconds, MODEL_SECONDS + MODEL_SHARE * (Number.isFinite(travel) ? travel : 0))
    const ratio = Math.abs(residual) / sigma
    misfit += ratio <= HUBER ? ratio * ratio : HUBER * (2 * ratio - HUBER)
    const weight = Math.min(1, HUBER / ratio) / (sigma * sigma)
    const slowness = slownessAt(times, degrees, source.depthIndex) / KM_PER_DEGREE
    const azimuth = (azimuthDegrees(source.place, place) * Math.PI) / 180
    const row = [-slowness * Math.sin(azimuth), -slowness * Math.cos(azimuth), 1]
    for (let i = 0; i < 3; i++) {
      gradient[i]! += weight * row[i]! * residual
      for (let k = 0; k < 3; k++) normal[i]![k]! += weight * row[i]! * row[k]!
    }
    residuals.push(residual)
  }
  misfit += farPenalty(nearest * KM_PER_DEGREE, TABLE_DEPTHS_KM[source.depthIndex]!) ** 2
  return { normal, gradient, residuals, misfit }
}

/** Seconds per degree. */
function slownessAt(times: TravelTimes, degrees: number, depthIndex: number): number {
  const step = degrees < 2.9 ? 0.01 : 0.1
  const [near, far] = [Math.max(0, degrees - step), degrees + step]
  const change = times.seconds('P', far, depthIndex) - times.seconds('P', near, depthIndex)
  return Number.isFinite(change) ? change / (far - near) : 0
}

/** How far apart, in kilometres east and north, depths that fit alike put the epicentre. */
function shiftsOf(best: Solution, alike: readonly Solution[]): readonly (readonly [number, number])[] {
  return alike.map(({ source }) => {
    const km = distanceDegrees(best.source.place, source.place) * KM_PER_DEGREE
    const azimuth = (azimuthDegrees(best.source.place, source.place) * Math.PI) / 180
    return [km * Math.sin(azimuth), km * Math.cos(azimuth)]
  })
}

function ellipseOf(covariance: Matrix, scale: number, shifts: readonly (readonly [number, number])[]): EventLocation['ellipse'] {
  const spread = (i: 0 | 1, k: 0 | 1) => shifts.reduce((sum, shift) => sum + shift[i] * shift[k], 0) / shifts.length
  const ee = covariance[0]![0]! * scale + spread(0, 0)
  const nn = covariance[1]![1]! * scale + spread(1, 1)
  const en = covariance[0]![1]! * scale + spread(0, 1)
  const middle = (ee + nn) / 2
  const radius = Math.hypot((ee - nn) / 2, en)
  const azimuth = (Math.atan2(2 * en, nn - ee) * 90) / Math.PI
  return {
    majorKm: rounded(ELLIPSE_68 * Math.sqrt(middle + radius), 1),
    minorKm: rounded(ELLIPSE_68 * Math.sqrt(Math.max(0, middle - radius)), 1),
    azimuth: Math.round((azimuth + 180) % 180),
  }
}

function azimuthalGap(arrivals: readonly Arrival[], epicentre: Place): number {
  const azimuths = arrivals.map(({ place }) => azimuthDegrees(epicentre, place)).sort((a, b) => a - b)
  const gaps = azimuths.map((azimuth, i) => (azimuths[i + 1] ?? azimuths[0]! + 360) - azimuth)
  return Math.round(Math.max(...gaps))
}

function inverse3(m: Matrix): Matrix {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as [[number, number, number], [number, number, number], [number, number, number]]
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  return [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ].map((row) => row.map((value) => value / determinant))
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
