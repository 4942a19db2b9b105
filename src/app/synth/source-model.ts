import { velocityAt, type WaveKind } from './crust-model.ts'
import type { Random } from './random.ts'

/** Fault plane and slip direction in degrees, as Aki & Richards: strike, dip to the right of it, rake. */
export interface FocalMechanism {
  readonly strike: number
  readonly dip: number
  readonly rake: number
}

/** @returns newton metres (Hanks & Kanamori 1979, SI form) */
export function seismicMoment(magnitude: number): number {
  return 10 ** (1.5 * magnitude + 9.1)
}

/** P spectra reach higher than S spectra (Madariaga 1976; Prieto et al. 2004 find ratios of 1.3 to 1.6). */
const CORNER_RATIO_P_TO_S = 1.4

/**
 * Corner frequency of the Brune (1970) source, fc = 0.49 β (Δσ / M0)^(1/3), for S; higher for P.
 *
 * @param stressDrop pascal
 * @returns Hz
 */
export function cornerFrequency(wave: WaveKind, magnitude: number, stressDrop: number, depthKm: number): number {
  const shearVelocity = velocityAt('S', depthKm) * 1000
  const corner = 0.49 * shearVelocity * Math.cbrt(stressDrop / seismicMoment(magnitude))
  return wave === 'S' ? corner : corner * CORNER_RATIO_P_TO_S
}

export interface Radiation {
  readonly p: number
  readonly sv: number
  readonly sh: number
}

/** Root mean square over the focal sphere of a double couple: what scattered waves see. */
export const MEAN_RADIATION = { P: Math.sqrt(4 / 15), S: Math.sqrt(2 / 5) } as const

/**
 * Far-field radiation of a double couple (Aki & Richards 2002, eq. 4.89–4.91).
 *
 * @param azimuth source to station, degrees
 * @param takeOff degrees from straight down
 * @returns factors in −1 … 1
 */
export function radiationOf(mechanism: FocalMechanism, azimuth: number, takeOff: number): Radiation {
  const dip = radians(mechanism.dip)
  const rake = radians(mechanism.rake)
  const i = radians(takeOff)
  const phi = radians(azimuth - mechanism.strike)
  const strikeSlip = Math.cos(rake) * Math.sin(dip)
  const strikeDip = Math.cos(rake) * Math.cos(dip)
  const dipSlip = Math.sin(rake) * Math.sin(2 * dip)
  const dipDip = Math.sin(rake) * Math.cos(2 * dip)
  const sin2i = Math.sin(2 * i)
  const sinSquared = Math.sin(i) ** 2
  const cos2i = Math.cos(2 * i)
  return {
    p:
      strikeSlip * sinSquared * Math.sin(2 * phi) -
      strikeDip * sin2i * Math.cos(phi) +
      dipSlip * (Math.cos(i) ** 2 - sinSquared * Math.sin(phi) ** 2) +
      dipDip * sin2i * Math.sin(phi),
    sv:
      dipDip * cos2i * Math.sin(phi) -
      strikeDip * cos2i * Math.cos(phi) +
      0.5 * strikeSlip * sin2i * Math.sin(2 * phi) -
      0.5 * dipSlip * sin2i * (1 + Math.sin(phi) ** 2),
    sh:
      strikeDip * Math.cos(i) * Math.sin(phi) +
      strikeSlip * Math.sin(i) * Math.cos(2 * phi) +
      dipDip * Math.cos(i) * Math.cos(phi) -
      0.5 * dipSlip * Math.sin(i) * Math.sin(2 * phi),
  }
}

export function randomMechanism(random: Random): FocalMechanism {
  return { strike: random.between(0, 360), dip: random.between(30, 90), rake: random.between(-180, 180) }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
