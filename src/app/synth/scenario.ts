import type { Nanos } from '../../domain/time.ts'
import type { Place } from './geography.ts'
import type { FocalMechanism } from './source-model.ts'
import type { Site, WaveSource } from './wave-spectrum.ts'

/** All that a synthetic archive is made from; with the same scenario come the same bytes. Times are seconds after `startTime`. */
export interface Scenario {
  readonly seed: number
  readonly startTime: Nanos
  readonly durationSeconds: number
  readonly stations: readonly SyntheticStation[]
  readonly earthquakes: readonly Earthquake[]
  readonly disturbances: readonly Disturbance[]
  readonly faults: readonly Fault[]
  /** False leaves out the background noise: for tests and for looking at the signals alone. */
  readonly hasNoise: boolean
  /** Largest error of a record's time, as a share of the sample period. Two records disagree by up to twice as much. */
  readonly clockJitter: number
  readonly recordFormat: 2 | 3
}

export interface SyntheticStation extends Place, Site {
  readonly network: string
  readonly code: string
  readonly location: string
  readonly elevationMetres: number
  /** Hz. */
  readonly sampleRate: number
  /** The first sample's time after the scenario's start; below one sample period, whole microseconds. */
  readonly startOffsetNanos: Nanos
  /** Natural noise between the low (0) and high (1) noise model of Peterson, in dB. */
  readonly noiseLevel: number
  /** Noise of people above 1 Hz at midday, on the same scale. */
  readonly culturalLevel: number
  /** Local time minus UTC, hours: when people sleep. */
  readonly localHours: number
}

export interface Earthquake extends Place, WaveSource {
  readonly id: string
  /** Origin time. */
  readonly seconds: number
  readonly mechanism: FocalMechanism
}

export const DISTURBANCE_KINDS = ['vehicle', 'footsteps', 'machine', 'thump'] as const

/** Ground motion of people, near one station. */
export interface Disturbance {
  readonly kind: (typeof DISTURBANCE_KINDS)[number]
  /** `NET_STA`. */
  readonly station: string
  readonly seconds: number
  readonly durationSeconds: number
  /** Ground velocity at its strongest, m/s. */
  readonly peakVelocity: number
}

export const FAULT_KINDS = ['spike', 'step', 'calibration', 'dead', 'gap'] as const

/** What instruments and telemetry do wrong. */
export interface Fault {
  readonly kind: (typeof FAULT_KINDS)[number]
  /** `NET_STA`. */
  readonly station: string
  /** Z, N or E; all three when absent. */
  readonly component?: 'Z' | 'N' | 'E'
  readonly seconds: number
  /** Zero for spikes and steps. */
  readonly durationSeconds: number
  /** Counts; zero for dead components and gaps. */
  readonly counts: number
}

/** `NET_STA`. */
export function stationName(station: SyntheticStation): string {
  return `${station.network}_${station.code}`
}

/** Where on the station's own sample axis a time lies: 0 is its first sample. @returns fractional samples */
export function samplePosition(station: SyntheticStation, seconds: number): number {
  return (seconds - Number(station.startOffsetNanos) / 1e9) * station.sampleRate
}

/** Names a channel as SEED 2 does: the band by the rate, H for a seismometer. */
export function channelCode(station: SyntheticStation, component: string): string {
  return `${bandCode(station.sampleRate)}H${component}`
}

function bandCode(sampleRate: number): string {
  if (sampleRate >= 1000) return 'F'
  if (sampleRate >= 250) return 'C'
  return sampleRate >= 80 ? 'H' : 'B'
}
