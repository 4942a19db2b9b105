/**
 * Travel times in a simple Earth: a crust whose velocity grows linearly with depth over a faster, homogeneous mantle; flat.
 * In the crust rays are arcs of circles and everything is closed-form (Aki & Richards 2002, §9; Lay & Wallace 1995, §3.2).
 *
 * P: 5.2 km/s at the surface, +0.045 km/s per km, Moho at 32 km, 8.0 km/s below. S: P / 1.73 everywhere.
 * Pg and Sg (direct or diving) lead to about 115 km, Pn and Sn (head waves along the Moho) beyond.
 */
export const CRUST = { surfaceP: 5.2, gradientP: 0.045, mohoKm: 32, mantleP: 8.0, ratioPtoS: 1.73 } as const

/** Kilograms per cubic metre, for amplitudes. */
export const CRUST_DENSITY = 2700

export type WaveKind = 'P' | 'S'

/** One ray from source to surface. */
export interface Ray {
  readonly path: 'direct' | 'head'
  readonly seconds: number
  /** Horizontal slowness, s/km: the same all along the ray. */
  readonly slowness: number
  /** Angle at the source in degrees from straight down (0) over level (90) to straight up (180). */
  readonly takeOff: number
}

/** Velocity in km/s at a depth in the crust. */
export function velocityAt(wave: WaveKind, depthKm: number): number {
  return (CRUST.surfaceP + CRUST.gradientP * depthKm) / slower(wave)
}

/** The rays that reach a distance: always the direct one, with the head wave once it exists. Earliest first. */
export function raysTo(wave: WaveKind, distanceKm: number, depthKm: number): readonly Ray[] {
  const direct = directRay(wave, distanceKm, depthKm)
  const head = headRay(wave, distanceKm, depthKm)
  if (!head) return [direct]
  return head.seconds < direct.seconds ? [head, direct] : [direct, head]
}

/** First arrival. @returns seconds after the origin time */
export function travelTime(wave: WaveKind, distanceKm: number, depthKm: number): number {
  return raysTo(wave, distanceKm, depthKm)[0]!.seconds
}

function directRay(wave: WaveKind, distanceKm: number, depthKm: number): Ray {
  const gradient = CRUST.gradientP / slower(wave)
  const atSurface = velocityAt(wave, 0)
  const atSource = velocityAt(wave, depthKm)
  const chord = distanceKm ** 2 + depthKm ** 2
  const seconds = Math.acosh(1 + (gradient ** 2 * chord) / (2 * atSurface * atSource)) / gradient
  if (distanceKm < 1e-6) return { path: 'direct', seconds, slowness: 0, takeOff: 180 }

  // The centre of the circle lies where the velocity, continued upwards, would be zero.
  const surface = atSurface / gradient
  const source = atSource / gradient
  const centre = (distanceKm ** 2 + surface ** 2 - source ** 2) / (2 * distanceKm)
  const radius = Math.hypot(centre, source)
  const angle = degrees(Math.asin(Math.min(1, source / radius)))
  return { path: 'direct', seconds, slowness: 1 / (gradient * radius), takeOff: centre > 0 ? angle : 180 - angle }
}

function headRay(wave: WaveKind, distanceKm: number, depthKm: number): Ray | undefined {
  const gradient = CRUST.gradientP / slower(wave)
  const slowness = slower(wave) / CRUST.mantleP
  const cosine = (depth: number) => Math.sqrt(1 - (slowness * velocityAt(wave, depth)) ** 2)
  const offset = (top: number) => (cosine(top) - cosine(CRUST.mohoKm)) / (slowness * gradient)
  if (distanceKm < offset(0) + offset(depthKm)) return undefined

  // ∫ √(1/v² − p²) dz over a linear v(z).
  const delayTo = (depth: number) => (cosine(depth) - Math.acosh(1 / (slowness * velocityAt(wave, depth)))) / gradient
  const delay = (top: number) => delayTo(CRUST.mohoKm) - delayTo(top)
  return {
    path: 'head',
    seconds: slowness * distanceKm + delay(0) + delay(depthKm),
    slowness,
    takeOff: degrees(Math.asin(slowness * velocityAt(wave, depthKm))),
  }
}

function slower(wave: WaveKind): number {
  return wave === 'P' ? 1 : CRUST.ratioPtoS
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI
}
