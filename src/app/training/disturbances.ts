import type { Random } from '../../nn/random.ts'
import { between, integerBetween, logBetween, pick, sign } from './random-draws.ts'
import { CHANNELS, peakOf } from './window-buffer.ts'

/**
 * What electronics and people do to a seismometer and an earthquake does not: made by code, since labelled ones are rare. Each
 * disturbance changes a window (row-major [rows, 3]) in place, relative to the largest amplitude that is there.
 */
export type Disturbance = (window: Float64Array, sampleRate: number, random: Random) => void

/** One of them, on one component or on all with different gains. */
export function disturb(window: Float64Array, sampleRate: number, random: Random): void {
  pick(random, DISTURBANCES)(window, sampleRate, random)
}

/** A few samples far off, spread by the anti-alias filter as in resampled data. */
const spike: Disturbance = (window, _sampleRate, random) => {
  const rows = window.length / CHANNELS
  const gains = channelGains(window, random, 2, 200)
  for (let count = integerBetween(random, 1, 3); count > 0; count--) {
    const centre = between(random, 0, rows)
    const first = Math.max(0, Math.ceil(centre - SINC_HALF_WIDTH))
    const last = Math.min(rows - 1, Math.floor(centre + SINC_HALF_WIDTH))
    for (let row = first; row <= last; row++) add(window, row, gains, windowedSinc(row - centre))
  }
}

/** A jump of the zero: a massive shock, a mass re-centring, a telemetry restart. */
const step: Disturbance = (window, _sampleRate, random) => {
  const rows = window.length / CHANNELS
  const gains = channelGains(window, random, 0.5, 100)
  for (let row = integerBetween(random, 1, rows - 1); row < rows; row++) add(window, row, gains, 1)
}

/** A tilt or stress step seen through a seismometer: a jump that decays, with or without swinging over. */
const glitch: Disturbance = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const gains = channelGains(window, random, 1, 100)
  const decaySeconds = logBetween(random, 0.3, 30)
  const swingHz = pick(random, [0, 0, logBetween(random, 0.01, 1)])
  const riseSeconds = logBetween(random, 0.02, 1)
  const start = integerBetween(random, -sampleRate * 5, rows - 1)
  for (let row = Math.max(0, start); row < rows; row++) {
    const seconds = (row - start) / sampleRate
    const shape =
      (1 - Math.exp(-seconds / riseSeconds)) * Math.exp(-seconds / decaySeconds) * Math.cos(2 * Math.PI * swingHz * seconds)
    add(window, row, gains, shape)
  }
}

/** A calibration: a sine or square wave that begins and ends at once. */
const calibrationPulse: Disturbance = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const gains = channelGains(window, random, 1, 100)
  const frequency = logBetween(random, 0.05, 8)
  const isSquare = random.uniform() < 0.5
  const start = integerBetween(random, -rows >> 1, rows - 20)
  const end = Math.min(rows, start + Math.round(logBetween(random, 1, 40) * sampleRate))
  for (let row = Math.max(0, start); row < end; row++) {
    const wave = Math.sin((2 * Math.PI * frequency * (row - start)) / sampleRate)
    add(window, row, gains, isSquare ? Math.sign(wave) : wave)
  }
}

/** Lost samples: zeros, or the last value held. */
export const gap: Disturbance = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const start = integerBetween(random, 0, rows - 2)
  const end = Math.min(rows, start + Math.round(logBetween(random, 0.2, 15) * sampleRate))
  const isHeld = random.uniform() < 0.5
  for (let channel = 0; channel < CHANNELS; channel++) {
    const value = isHeld ? window[start * CHANNELS + channel]! : 0
    for (let row = start; row < end; row++) window[row * CHANNELS + channel] = value
  }
}

/** A machine: a steady tone that may start, stop or beat. */
const hum: Disturbance = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const gains = channelGains(window, random, 0.3, 10)
  const frequency = logBetween(random, 0.5, 0.48 * sampleRate)
  const beat = logBetween(random, 0.02, 1)
  const depth = random.uniform()
  const phase = between(random, 0, 2 * Math.PI)
  for (let row = 0; row < rows; row++) {
    const seconds = row / sampleRate
    const envelope = 1 - depth * 0.5 * (1 + Math.cos(2 * Math.PI * beat * seconds + phase))
    add(window, row, gains, envelope * Math.sin(2 * Math.PI * frequency * seconds))
  }
}

const DISTURBANCES: readonly Disturbance[] = [spike, step, glitch, calibrationPulse, gap, hum]

const SINC_HALF_WIDTH = 13

function windowedSinc(distance: number): number {
  if (distance === 0) return 1
  const taper = Math.cos((Math.PI * distance) / (2 * SINC_HALF_WIDTH + 2)) ** 2
  return (taper * Math.sin(Math.PI * distance)) / (Math.PI * distance)
}

/** All components alike up to sign and size, or one alone. */
function channelGains(window: Float64Array, random: Random, least: number, most: number): readonly [number, number, number] {
  const gain = (peakOf(window) || 1) * logBetween(random, least, most)
  const alone = random.uniform() < 0.4 ? integerBetween(random, 0, CHANNELS - 1) : undefined
  const gains = [0, 1, 2].map((channel) =>
    alone === undefined || alone === channel ? sign(random) * gain * between(random, 0.1, 1) : 0,
  )
  return gains as [number, number, number]
}

function add(window: Float64Array, row: number, gains: readonly [number, number, number], value: number): void {
  const i = row * CHANNELS
  window[i]! += gains[0] * value
  window[i + 1]! += gains[1] * value
  window[i + 2]! += gains[2] * value
}
