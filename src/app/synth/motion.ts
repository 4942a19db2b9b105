import type { Ray, WaveKind } from './crust-model.ts'
import { type FocalMechanism, radiationOf } from './source-model.ts'

/** Ground velocity on Z, N, E. */
export type Components = readonly [Float64Array, Float64Array, Float64Array]

/** A direction of motion: up, radial (away from the source), transverse (clockwise of radial). */
export type Motion = readonly [vertical: number, radial: number, transverse: number]

/** Velocities right under the station in km/s, which bend rays upright before they arrive. */
const NEAR_SURFACE = { P: 3.0, S: 1.5 } as const
/** No station sees a perfect node: scattering fills it. */
const RADIATION_FLOOR = 0.18

/** Motion of a direct wave: strength by the radiation pattern, direction by the incidence at the surface. */
export function directMotion(wave: WaveKind, ray: Ray, azimuth: number, mechanism: FocalMechanism): Motion {
  const { p, sv, sh } = radiationOf(mechanism, azimuth, ray.takeOff)
  const sine = Math.min(0.95, ray.slowness * NEAR_SURFACE[wave])
  const cosine = Math.sqrt(1 - sine ** 2)
  if (wave === 'P') return scaled([cosine, sine, 0], withoutNode(p))
  return [-sine * withoutNode(sv), cosine * withoutNode(sv), withoutNode(sh)]
}

/**
 * Adds a pulse that arrives at a fractional sample, turned to Z, N, E.
 *
 * @param azimuth source to station, degrees
 */
export function addPulse(traces: Components, pulse: Float64Array, position: number, motion: Motion, azimuth: number): void {
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

export function scaled([vertical, radial, transverse]: Motion, factor: number): Motion {
  return [vertical * factor, radial * factor, transverse * factor]
}

function withoutNode(radiation: number): number {
  return Math.sign(radiation || 1) * Math.hypot(radiation, RADIATION_FLOOR)
}
