import { addCoda, type CodaShape } from './coda.ts'
import { type Ray, raysTo, travelTime, type WaveKind } from './crust-model.ts'
import { antiAliasGain } from './digitiser.ts'
import { pathBetween } from './geography.ts'
import { addPulse, type Components, directMotion, type Motion, scaled } from './motion.ts'
import { velocityPulse } from './pulse.ts'
import { Random } from './random.ts'
import { type Earthquake, type SyntheticStation, samplePosition, stationName } from './scenario.ts'
import { MEAN_RADIATION } from './source-model.ts'
import { qualityFactor, type WaveSpectrum, waveSpectrum } from './wave-spectrum.ts'

/** Ground velocity of one earthquake at one station, without noise. */
export interface Seismogram {
  /** Index of the first row on the station's sample axis: the sample before the P arrival, or at it. */
  readonly firstSample: number
  /** Z, N, E in m/s. */
  readonly components: Components
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

/** A head wave is far weaker than the direct wave behind it. */
const HEAD_WAVE_SHARE = 0.2
/** Conversion at the base of the soft layer under the station: this share, this many seconds off. */
const CONVERTED = { share: 0.25, seconds: 0.35 } as const
/** Detours of the pulse: how many, how strong, how far off their direction, and how long the first motion stays undisturbed. */
const DETOURS = { count: 14, size: 0.6, stray: 0.3, shortestSeconds: 0.05 } as const
/** Q of the coda relative to that of the direct wave. */
const CODA_QUALITY = 0.9

/**
 * How each wave is scattered on its way. The numbers make peak factors, peak times, S to P ratios and coda levels (1–9 Hz, 0–20 s
 * after S) agree with the medians of some 300 real records of local earthquakes at up to 180 km.
 */
interface Scattering {
  /** The direct pulse loses its energy over this distance. */
  readonly directKm: number
  /** Mean delay of detours: seconds, and seconds per kilometre. */
  readonly detour: readonly [seconds: number, perKm: number]
  /** Time constant of the forward-scattered coda, in the same form. */
  readonly forward: readonly [seconds: number, perKm: number]
  /** Coda relative to the direct wave in each band, on Z and on each horizontal component. */
  readonly coda: readonly [vertical: number, horizontal: number]
}
const SCATTERING: Readonly<Record<WaveKind, Scattering>> = {
  P: { directKm: 25, detour: [0.12, 0.005], forward: [0.55, 0.02], coda: [0.7, 0.55] },
  S: { directKm: 15, detour: [0.2, 0.008], forward: [0.7, 0.025], coda: [0.45, 0.7] },
}

/**
 * P and S of one earthquake at one station: for each the earliest rays through the crust, radiated by the focal mechanism, polarised by
 * back-azimuth and incidence, followed by multipaths, conversions and coda. Nothing moves before the P time.
 */
export function seismogramOf(earthquake: Earthquake, station: SyntheticStation, seed: number): Seismogram {
  const { sampleRate } = station
  const path = pathBetween(earthquake, station)
  const hypocentralKm = Math.hypot(path.distanceKm, earthquake.depthKm)
  const firstP = travelTime('P', path.distanceKm, earthquake.depthKm)
  const firstS = travelTime('S', path.distanceKm, earthquake.depthKm)
  const pPosition = samplePosition(station, earthquake.seconds + firstP)
  const firstSample = Math.floor(pPosition)
  const length = Math.ceil((firstS - firstP + codaSeconds(earthquake.magnitude)) * sampleRate)
  const traces = [new Float64Array(length), new Float64Array(length), new Float64Array(length)] as const

  for (const wave of ['P', 'S'] as const) {
    for (const ray of leadingRays(wave, path.distanceKm, earthquake.depthKm)) {
      const random = new Random(seed, 'waves', earthquake.id, stationName(station), wave, ray.path)
      const position = samplePosition(station, earthquake.seconds + ray.seconds) - firstSample
      addWave(traces, { wave, ray, position, earthquake, station, hypocentralKm, azimuth: path.azimuth }, random)
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
  readonly hypocentralKm: number
  readonly azimuth: number
}

function addWave(traces: Components, at: WaveAtStation, random: Random): void {
  const { wave, ray, position, earthquake, station, hypocentralKm, azimuth } = at
  const { sampleRate } = station
  const { directKm, detour } = SCATTERING[wave]
  const spectrum = recordedSpectrum(at)
  const pulse = velocityPulse(spectrum.displacementAt, sampleRate)
  const add = (delaySeconds: number, motion: Motion) =>
    addPulse(traces, pulse, position + delaySeconds * sampleRate, motion, azimuth)

  const whole = directMotion(wave, ray, azimuth, earthquake.mechanism)
  const direct = scaled(whole, 1 / Math.sqrt(1 + hypocentralKm / directKm))
  add(0, direct)
  if (wave === 'P') add(CONVERTED.seconds, [0, CONVERTED.share * direct[0], 0])
  else if (position > CONVERTED.seconds * sampleRate) add(-CONVERTED.seconds, [CONVERTED.share * direct[1], 0, 0])

  const meanDelay = detour[0] + detour[1] * hypocentralKm
  const strength = Math.hypot(...whole)
  for (let n = 0; n < DETOURS.count; n++) {
    const delay = DETOURS.shortestSeconds + random.exponential(meanDelay)
    const size = DETOURS.size * random.normal() * Math.exp(-delay / (3 * meanDelay))
    const astray = () => DETOURS.stray * strength * random.normal()
    add(delay, scaled([whole[0] + astray(), whole[1] + astray(), whole[2] + astray()], size))
  }
  addCodas(traces, at, spectrum, random)
}

/** The wave's spectrum as the digitiser passes it, weaker for head waves. */
function recordedSpectrum({ wave, ray, earthquake, station, hypocentralKm }: WaveAtStation): WaveSpectrum {
  const ground = waveSpectrum(earthquake, { wave, seconds: ray.seconds, hypocentralKm }, station)
  const share = ray.path === 'head' ? HEAD_WAVE_SHARE : 1
  const gain = (frequency: number) => share * antiAliasGain(frequency, station.sampleRate)
  return {
    displacementAt: (frequency) => gain(frequency) * ground.displacementAt(frequency),
    velocityAt: (frequency) => gain(frequency) * ground.velocityAt(frequency),
  }
}

function addCodas(traces: Components, at: WaveAtStation, spectrum: WaveSpectrum, random: Random): void {
  const { wave, ray, position, station, hypocentralKm } = at
  const { coda, forward } = SCATTERING[wave]
  traces.forEach((trace, component) => {
    const share = MEAN_RADIATION[wave] * coda[component === 0 ? 0 : 1]
    const shape: CodaShape = {
      // A pulse of this spectrum peaks at about twice its spectrum times the width of the band.
      amplitudeIn: (frequency, width) => share * 2 * width * spectrum.velocityAt(frequency),
      qualityAt: (frequency) => qualityFactor(wave, frequency) * CODA_QUALITY,
      lapseSeconds: ray.seconds,
      forwardSeconds: forward[0] + forward[1] * hypocentralKm,
    }
    addCoda(trace, position, station.sampleRate, shape, random)
  })
}

function peak(samples: Float64Array): number {
  return samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
