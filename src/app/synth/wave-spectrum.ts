import { CRUST_DENSITY, velocityAt, type WaveKind } from './crust-model.ts'
import { cornerFrequency, seismicMoment } from './source-model.ts'

export interface WavePath {
  readonly wave: WaveKind
  /** Travel time in seconds: what attenuation counts. */
  readonly seconds: number
  /** Straight length of the path: what geometrical spreading counts. */
  readonly hypocentralKm: number
}

export interface WaveSource {
  readonly magnitude: number
  /** Pascal. */
  readonly stressDrop: number
  readonly depthKm: number
}

export interface Site {
  /** Attenuation right under the station in seconds (kappa of Anderson & Hough 1984), for S. */
  readonly kappa: number
  /** How much the ground under the station magnifies; 1 = hard rock. */
  readonly amplification: number
}

/** Amplitude spectrum of ground displacement of one wave, before radiation pattern and polarisation. */
export interface WaveSpectrum {
  /** @param frequency Hz @returns metre seconds (metres per hertz) */
  displacementAt(frequency: number): number
  /** @returns metres (m/s per hertz) */
  velocityAt(frequency: number): number
}

/** Both waves are doubled at the free surface (near-vertical incidence). */
const FREE_SURFACE = 2
/** Q(f) = Q0 f^η above 1 Hz (η of active regions; P attenuates a little less than S). */
const QUALITY = { P: 250, S: 200 } as const
const QUALITY_EXPONENT = 0.6
/** Kappa of P relative to S. */
const KAPPA_P = 0.6

/**
 * Brune source × spreading 1/r × path attenuation e^(−π f t / Q(f)) × site e^(−π f κ)
 * (Boore 2003, "Simulation of ground motion using the stochastic method", eq. 2–13).
 */
export function waveSpectrum(source: WaveSource, path: WavePath, site: Site): WaveSpectrum {
  const { wave } = path
  const speed = velocityAt(wave, source.depthKm) * 1000
  const spreading = 4 * Math.PI * CRUST_DENSITY * speed ** 3 * path.hypocentralKm * 1000
  const plateau = (seismicMoment(source.magnitude) * FREE_SURFACE * site.amplification) / spreading
  const corner = cornerFrequency(wave, source.magnitude, source.stressDrop, source.depthKm)
  const kappa = wave === 'P' ? site.kappa * KAPPA_P : site.kappa
  const displacementAt = (frequency: number) => {
    const quality = qualityFactor(wave, frequency)
    const attenuation = Math.exp(-Math.PI * frequency * (path.seconds / quality + kappa))
    return (plateau * attenuation) / (1 + (frequency / corner) ** 2)
  }
  return { displacementAt, velocityAt: (frequency) => 2 * Math.PI * frequency * displacementAt(frequency) }
}

export function qualityFactor(wave: WaveKind, frequency: number): number {
  return QUALITY[wave] * Math.max(1, frequency) ** QUALITY_EXPONENT
}
