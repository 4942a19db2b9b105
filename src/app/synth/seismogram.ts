import { addCoda } from './coda.ts'
import { type Ray, raysTo, type WaveKind } from './crust-model.ts'
import { antiAliasGain } from './digitiser.ts'
import { pathBetween } from './geography.ts'
import { velocityPulse } from './pulse.ts'
import { Random } from './random.ts'
import { type Earthquake, type SyntheticStation, samplePosition, stationName } from './scenario.ts'
import { MEAN_RADIATION, radiationOf } from './source-model.ts'
import { qualityFactor, type WaveSpectrum, waveSpectrum } from './wave-spectrum.ts'

/** Ground velocity of one earthquake at one station, without noise. */
export interface Seismogram {
  /** Index of the first row on the station's sample axis: the sample before the P arrival, or at it. */
  readonly firstSample: number
  /** Z, N, E in m/s. */
  readonly components: readonly [Float64Array, Float64Array, Float64Array]
  readonly arrival: ArrivalFacts
}

export interface ArrivalFacts {
  readonly earthquake: string
  readonly station: string
  readonly distanceKm: number
  readonly backAzimuth: number
  /** Seconds after the scenario's start. */
  readonly pSeconds: number
  readonly sSeconds: number
  /** Peak of |Z| between P and S, m/s. */
  readonly pVelocity: number
  /** Peak of the horizontal motion after S, m/s. */
  readonly sVelocity: number
}

/** A direction of motion in vertical (up), radial (away from the source), transverse (clockwise of radial). */
type Motion = readonly [vertical: number, radial: number, transverse: number]

/** Velocities right under the station in km/s, which bend rays upright before they arrive. */
const NEAR_SURFACE = { P: 3.0, S: 1.5 } as const
/** A head wave is far weaker than the direct wave behind it. */
const HEAD_WAVE_SHARE = 0.2
/** No station sees a perfect node: scattering fills it. */
const RADIATION_FLOOR = 0.18
/** Conversion at the base of the soft layer under the station: this share, this many seconds off. */
const CONVERTED = { share: 0.25, seconds: 0.35 } as const
/** The unscattered wave loses its energy to the scattered ones over this distance. */
const DIRECT_KM = { P: 25, S: 15 } as const
const MULTIPATHS = 14
/** Seconds before which nothing scattered disturbs the first motion. */
const SHORTEST_DETOUR = 0.05
/** Scattered to direct amplitude in each band, and its split between the vertical and each horizontal component. */
const CODA = { P: { share: 0.7, vertical: 1, horizontal: 0.8 }, S: { share: 0.7, vertical: 0.65, horizontal: 1 } } as const

/**
 * P and S of one earthquake at one station: for each the earliest rays through the crust, radiated by the focal mechanism, polarised by
 * back-azimuth and incidence, followed by multipaths, conversions and coda. Nothing moves before the P time.
 */
export function seismogramOf(earthquake: Earthquake, station: SyntheticStation, seed: number): Seismogram {
  const { sampleRate } = station
  const path = pathBetween(earthquake, station)
  const [firstP, firstS] = (['P', 'S'] as const).map((wave) => raysTo(wave, path.distanceKm, earthquake.depthKm)[0]!.seconds) as [
    number,
    number,
  ]
  const pPosition = samplePosition(station, earthquake.seconds + firstP)
  const firstSample = Math.floor(pPosition)
  const length = Math.ceil((firstS - firstP + codaSeconds(earthquake.magnitude)) * sampleRate)
  const traces = [new Float64Array(length), new Float64Array(length), new Float64Array(length)] as const

  for (const wave of ['P', 'S'] as const) {
    for (const ray of leadingRays(wave, path.distanceKm, earthquake.depthKm)) {
      const random = new Random(seed, 'waves', earthquake.id, stationName(station), wave, ray.path)
      const position = samplePosition(station, earthquake.seconds + ray.seconds) - firstSample
      addWave(traces, { wave, ray, position, earthquake, station, ...path }, random)
    }
  }

  const sStart = Math.round((firstS - firstP) * sampleRate)
  return {
    firstSample,
    components: traces,
    arrival: {
      earthquake: earthquake.id,
      station: stationName(station),
      distanceKm: path.distanceKm,
      backAzimuth: path.backAzimuth,
      pSeconds: earthquake.seconds + firstP,
      sSeconds: earthquake.seconds + firstS,
      pVelocity: peak(traces[0].subarray(0, Math.max(1, sStart))),
      sVelocity: Math.hypot(peak(traces[1].subarray(sStart)), peak(traces[2].subarray(sStart))),
    },
  }
}

/** Signal duration against magnitude, log10 D = 0.9 + 0.4 M: how long a coda is worth making. */
function codaSeconds(magnitude: number): number {
  return Math.min(400, Math.max(15, 1.5 * 10 ** (0.9 + 0.4 * magnitude)))
}

/** The direct ray, and the head wave where it comes first. */
function leadingRays(wave: WaveKind, distanceKm: number, depthKm: number): readonly Ray[] {
  const rays = raysTo(wave, distanceKm, depthKm)
  return rays[0]!.path === 'head' ? rays : rays.filter((ray) => ray.path === 'direct')
}

interface WaveAtStation {
  readonly wave: WaveKind
  readonly ray: Ray
  /** Fractional sample of the arrival in the traces. */
  readonly position: number
  readonly earthquake: Earthquake
  readonly station: SyntheticStation
  readonly distanceKm: number
  readonly azimuth: number
}

function addWave(traces: Seismogram['components'], at: WaveAtStation, random: Random): void {
  const { wave, ray, position, earthquake, station } = at
  const { sampleRate } = station
  const hypocentralKm = Math.hypot(at.distanceKm, earthquake.depthKm)
  const spectrum = waveSpectrum(earthquake, { wave, seconds: ray.seconds, hypocentralKm }, station)
  const pathShare = ray.path === 'head' ? HEAD_WAVE_SHARE : 1
  const pulse = velocityPulse((f) => spectrum.displacementAt(f) * antiAliasGain(f, sampleRate), sampleRate)

  const full = scaled(motionOf(at), pathShare)
  const motion = scaled(full, 1 / Math.sqrt(1 + hypocentralKm / DIRECT_KM[wave]))
  const add = (delaySeconds: number, direction: Motion) =>
    addPulse(traces, pulse, position + delaySeconds * sampleRate, direction, at.azimuth)
  add(0, motion)
  const [vertical, radial] = motion
  if (wave === 'P') add(CONVERTED.seconds, [0, CONVERTED.share * vertical, 0])
  else if (position > CONVERTED.seconds * sampleRate) add(-CONVERTED.seconds, [CONVERTED.share * radial, 0, 0])

  const spread = (wave === 'P' ? 0.6 : 1) * (0.2 + 0.008 * hypocentralKm)
  const strength = Math.hypot(...full)
  for (let n = 0; n < MULTIPATHS; n++) {
    const delay = SHORTEST_DETOUR + random.exponential(spread)
    const size = 0.6 * random.normal() * Math.exp(-delay / (3 * spread))
    const stray = () => 0.3 * strength * random.normal()
    add(delay, scaled([full[0] + stray(), full[1] + stray(), full[2] + stray()], size))
  }
  addCodas(traces, at, spectrum, pathShare, random)
}

/** Direct motion by radiation pattern and by incidence at the surface. */
function motionOf({ wave, ray, earthquake, azimuth }: WaveAtStation): Motion {
  const { p, sv, sh } = radiationOf(earthquake.mechanism, azimuth, ray.takeOff)
  const sine = Math.min(0.95, ray.slowness * NEAR_SURFACE[wave])
  const cosine = Math.sqrt(1 - sine ** 2)
  if (wave === 'P') return scaled([cosine, sine, 0], withoutNode(p))
  return [-sine * withoutNode(sv), cosine * withoutNode(sv), withoutNode(sh)]
}

function withoutNode(radiation: number): number {
  return Math.sign(radiation || 1) * Math.hypot(radiation, RADIATION_FLOOR)
}

function addPulse(
  traces: Seismogram['components'],
  pulse: Float64Array,
  position: number,
  motion: Motion,
  azimuth: number,
): void {
  const angle = (azimuth * Math.PI) / 180
  const [vertical, radial, transverse] = motion
  const weights = [
    vertical,
    radial * Math.cos(angle) - transverse * Math.sin(angle),
    radial * Math.sin(angle) + transverse * Math.cos(angle),
  ]
  const first = Math.floor(position)
  const late = position - first
  traces.forEach((trace, component) => {
    const weight = weights[component]!
    const count = Math.min(pulse.length + 1, trace.length - first)
    let before = 0
    for (let n = 0; n < count; n++) {
      const value = pulse[n] ?? 0
      // A pulse between two samples is shared by them: causal, unlike a band-limited shift.
      trace[first + n]! += weight * ((1 - late) * value + late * before)
      before = value
    }
  })
}

function addCodas(
  traces: Seismogram['components'],
  at: WaveAtStation,
  spectrum: WaveSpectrum,
  pathShare: number,
  random: Random,
): void {
  const { wave, ray, position, station, earthquake } = at
  const share = CODA[wave]
  const radiation = wave === 'P' ? MEAN_RADIATION.p : MEAN_RADIATION.s
  const hypocentralKm = Math.hypot(at.distanceKm, earthquake.depthKm)
  traces.forEach((trace, component) => {
    const weight = radiation * pathShare * share.share * (component === 0 ? share.vertical : share.horizontal)
    addCoda(
      trace,
      position,
      station.sampleRate,
      {
        // A pulse of this spectrum peaks at about twice its spectrum times the width of the band.
        amplitudeIn: (frequency, width) =>
          weight * 2 * width * spectrum.velocityAt(frequency) * antiAliasGain(frequency, station.sampleRate),
        qualityAt: (frequency) => qualityFactor(wave, frequency) * CODA_QUALITY,
        lapseSeconds: ray.seconds,
        forwardSeconds: (wave === 'P' ? 0.8 : 1) * (0.7 + 0.025 * hypocentralKm),
      },
      random,
    )
  })
}

/** Coda waves lose less than direct ones: part of what scattering takes comes back. */
const CODA_QUALITY = 0.9

function scaled([vertical, radial, transverse]: Motion, factor: number): Motion {
  return [vertical * factor, radial * factor, transverse * factor]
}

function peak(samples: Float64Array): number {
  return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
