import type { Random } from '../../nn/random.ts'
import { between, chance, gaussian, integerBetween, logBetween, pick, sign } from './random-draws.ts'
import { Resonator } from './resonator.ts'
import { CHANNELS } from './window-buffer.ts'

/**
 * What people, weather and ice do to the ground and an earthquake does not: made by code, because labelled examples are few and
 * come from few places. None has what a local earthquake has: two onsets with a decay of seconds behind them.
 *
 * Each source adds its motion to a row-major [rows, 3] window of zeros, on any scale; the caller gives it a size. It moves real
 * ground when it is given some, else resonators.
 */
export type NoiseSource = (window: Float64Array, sampleRate: number, random: Random, ground?: Ground) => void

/** Real ground under a made source. */
export interface Ground {
  /** Overwrites a window with motion that neither begins nor ends in it. */
  readonly fillSteady: (window: Float64Array) => void
  /** How it answers a blow: row-major [rows, 3]. */
  readonly answer: () => Float64Array
}

/** One of them alone in the window, which is overwritten; seldom silence: a machine may be off. */
export function fillNoiseSource(window: Float64Array, sampleRate: number, random: Random, ground?: Ground): void {
  window.fill(0)
  pick(random, SOURCES)(window, sampleRate, random, ground)
}

/**
 * Adds the ground's answer to pushes: their convolution.
 *
 * @param window row-major [rows, 3]
 * @param pushes one per row
 * @param answer row-major [any, 3], from the push on
 */
export function addAnswers(window: Float64Array, pushes: Float64Array, answer: Float64Array): void {
  for (let row = 0; row < pushes.length; row++) {
    const push = pushes[row]!
    if (push === 0) continue
    const first = row * CHANNELS
    const length = Math.min(answer.length, window.length - first)
    for (let i = 0; i < length; i++) window[first + i]! += push * answer[i]!
  }
}

/** Swells and fades: a band of noise under a slow, near symmetric envelope. Shorter ones would look like micro-earthquakes. */
const vehicle: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const centre = between(random, -0.2 * rows, 1.2 * rows)
  const width = logBetween(random, 2, 15) * sampleRate
  const lean = between(random, 0.6, 1.6)
  const envelope = (row: number) => {
    const distance = (row - centre) / (row < centre ? width : width * lean)
    return Math.exp(-0.5 * distance * distance)
  }
  addBandNoise(window, sampleRate, random, envelope, ground)
}

/** Axle after axle: a plateau of minutes that comes and goes within seconds, with a beat of its own. */
const train: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const begin = between(random, -rows, rows * 0.9)
  const end = begin + logBetween(random, 8, 120) * sampleRate
  const ramp = logBetween(random, 2, 12) * sampleRate
  const beat = logBetween(random, 0.3, 3) / sampleRate
  const depth = between(random, 0, 0.9)
  const envelope = (row: number) => {
    const plateau = Math.min(1, Math.max(0, (row - begin) / ramp), Math.max(0, (end - row) / ramp))
    return plateau * (1 - depth * 0.5 * (1 + Math.cos(2 * Math.PI * beat * row)))
  }
  addBandNoise(window, sampleRate, random, envelope, ground)
}

/** Thuds at a walking or running pace, two feet not alike, that come nearer, go, or stop. */
const footsteps: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const period = logBetween(random, 0.28, 1.2) * sampleRate
  const centre = between(random, -0.2 * rows, 1.2 * rows)
  const width = logBetween(random, 2, 20) * sampleRate
  const limp = logBetween(random, 0.4, 1)
  const begin = chance(random, 0.3) ? between(random, 0, 0.8 * rows) : 0
  const pushes = new Float64Array(rows)
  for (let next = begin + between(random, 0, period), foot = 0; next < rows; foot++) {
    const distance = (next - centre) / width
    pushes[Math.floor(next)]! += Math.exp(-0.5 * distance * distance) * between(random, 0.6, 1.4) * (foot % 2 === 0 ? 1 : limp)
    next += period * between(random, 0.9, 1.1)
  }
  addThuds(window, sampleRate, random, pushes, ground)
}

/**
 * Doors, dropped loads, hammering, a foot against the sensor, cracks in ice: many blows of a fraction of a second, at no pace. One
 * or two could be a small or a strong earthquake nearby.
 */
const blows: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const count = integerBetween(random, 5, 16)
  const pushes = new Float64Array(rows)
  const from = between(random, 0, 0.5 * rows)
  const to = between(random, from + 0.3 * rows, rows)
  for (let blow = 0; blow < count; blow++)
    pushes[Math.floor(between(random, from, to))]! += sign(random) * logBetween(random, 0.1, 1)
  addThuds(window, sampleRate, random, pushes, ground)
}

/** Wheels over bumps, loads set down, branches: a few short swells of noise, as steep in front as behind. */
const swells: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const strength = new Float64Array(rows)
  const from = between(random, -0.1 * rows, 0.8 * rows)
  const to = between(random, from + 0.05 * rows, 1.1 * rows)
  for (let count = integerBetween(random, 3, 12); count > 0; count--) {
    const centre = between(random, from, to)
    const width = logBetween(random, 0.15, 2) * sampleRate
    const size = logBetween(random, 0.15, 1)
    for (let row = 0; row < rows; row++) {
      const distance = (row - centre) / width
      strength[row]! += size * Math.exp(-0.5 * distance * distance)
    }
  }
  addBandNoise(window, sampleRate, random, (row) => strength[row]!, ground)
}

/** Motors, pumps, generators: a tone with harmonics that runs, starts, stops or switches. */
const machine: NoiseSource = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const fundamental = logBetween(random, 0.8, 0.46 * sampleRate)
  const drift = chance(random, 0.3) ? between(random, -0.01, 0.01) : 0
  const envelope = switching(rows, sampleRate, random)
  for (let harmonic = 1; harmonic * fundamental < 0.48 * sampleRate && harmonic <= 6; harmonic++) {
    const size = harmonic === 1 ? 1 : between(random, 0, 1)
    const gains = [0, 1, 2].map(() => size * between(random, 0.1, 1))
    const phases = [0, 1, 2].map(() => between(random, 0, 2 * Math.PI))
    for (let row = 0; row < rows; row++) {
      const seconds = row / sampleRate
      const angle = 2 * Math.PI * harmonic * fundamental * seconds * (1 + drift * seconds)
      for (let channel = 0; channel < CHANNELS; channel++) {
        window[row * CHANNELS + channel]! += envelope(row) * gains[channel]! * Math.sin(angle + phases[channel]!)
      }
    }
  }
}

/** Wind, surf, a river: broad noise whose strength wanders. */
const gusts: NoiseSource = (window, sampleRate, random, ground) => {
  const rows = window.length / CHANNELS
  const pace = 1 - Math.exp(-1 / (logBetween(random, 0.7, 6) * sampleRate))
  const sharpness = between(random, 0.5, 2.5)
  const strength = new Float64Array(rows)
  let level = gaussian(random)
  let smooth = level
  for (let row = 0; row < rows; row++) {
    level += pace * (gaussian(random) / Math.sqrt(pace) - level)
    smooth += 2 * pace * (level - smooth)
    strength[row] = Math.exp(sharpness * smooth)
  }
  addBandNoise(window, sampleRate, random, (row) => strength[row]!, ground)
}

/** The end of something that began before the window: it only decays. */
const fading: NoiseSource = (window, sampleRate, random, ground) => {
  const decay = logBetween(random, 4, 40) * sampleRate
  addBandNoise(window, sampleRate, random, (row) => Math.exp(-row / decay), ground)
}

/** An earthquake far away: seconds long waves that grow slowly. */
const distantEarthquake: NoiseSource = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const onset = between(random, -rows, 0.8 * rows)
  const rise = logBetween(random, 1, 15) * sampleRate
  const decay = logBetween(random, 20, 300) * sampleRate
  const envelope = (row: number) => (row < onset ? 0 : (1 - Math.exp(-(row - onset) / rise)) * Math.exp(-(row - onset) / decay))
  const frequency = logBetween(random, 0.04, 1)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const ground = new Resonator(frequency * logBetween(random, 0.8, 1.25), between(random, 0.7, 3), sampleRate)
    const gain = between(random, 0.3, 1)
    for (let row = 0; row < rows; row++) window[row * CHANNELS + channel]! += gain * envelope(row) * ground.next(gaussian(random))
  }
}

/** A disturbance of the electronics that comes back at a fixed pace. */
const pulses: NoiseSource = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const period = logBetween(random, 0.3, 12) * sampleRate
  const width = logBetween(random, 0.03, 0.6) * sampleRate
  const gains = [0, 1, 2].map(() => sign(random) * between(random, 0, 1))
  for (let centre = between(random, 0, period); centre < rows; centre += period) {
    for (let row = Math.max(0, Math.floor(centre - 4 * width)); row < Math.min(rows, centre + 4 * width); row++) {
      const distance = (row - centre) / width
      const shape = Math.exp(-0.5 * distance * distance)
      for (let channel = 0; channel < CHANNELS; channel++) window[row * CHANNELS + channel]! += gains[channel]! * shape
    }
  }
}

const SOURCES: readonly NoiseSource[] = [
  ...[vehicle, vehicle, swells, swells, train, footsteps, footsteps, blows, machine, machine],
  ...[gusts, gusts, fading, distantEarthquake, pulses],
]

/** Runs throughout, or is switched on and off with soft edges. */
function switching(rows: number, sampleRate: number, random: Random): (row: number) => number {
  if (chance(random, 0.4)) return () => 1
  const edge = logBetween(random, 0.1, 3) * sampleRate
  const period = logBetween(random, 2, 60) * sampleRate
  const duty = between(random, 0.2, 0.8)
  const shift = between(random, 0, period + rows)
  return (row) => {
    const place = (row + shift) % period
    return Math.min(1, place / edge, Math.max(0, (duty * period - place) / edge))
  }
}

/** Noise in one band, a little different on every component, or of real ground. */
function addBandNoise(
  window: Float64Array,
  sampleRate: number,
  random: Random,
  envelope: (row: number) => number,
  ground: Ground | undefined,
): void {
  const rows = window.length / CHANNELS
  if (ground) {
    ground.fillSteady(window)
    for (let i = 0; i < window.length; i++) window[i]! *= envelope(Math.floor(i / CHANNELS))
    return
  }
  const frequency = logBetween(random, 0.8, 0.45 * sampleRate)
  const quality = logBetween(random, 0.5, 5)
  const gains = componentGains(random)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const band = new Resonator(Math.min(0.48 * sampleRate, frequency * logBetween(random, 0.7, 1.4)), quality, sampleRate)
    const gain = gains[channel]!
    for (let row = 0; row < rows; row++) window[row * CHANNELS + channel]! += gain * envelope(row) * band.next(gaussian(random))
  }
}

/** Alike, or nearly all on one component, as surface sources often are. */
function componentGains(random: Random): readonly number[] {
  const least = chance(random, 0.5) ? 0.3 : 0.03
  return [0, 1, 2].map(() => logBetween(random, least, 1))
}

/** The ground's short answer to blows. */
function addThuds(
  window: Float64Array,
  sampleRate: number,
  random: Random,
  pushes: Float64Array,
  ground: Ground | undefined,
): void {
  if (ground) {
    addAnswers(window, pushes, ground.answer())
    return
  }
  const frequency = logBetween(random, 2, 0.45 * sampleRate)
  const quality = between(random, 0.8, Math.min(4, 1 + frequency * 0.3))
  const gains = componentGains(random)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const ground = new Resonator(Math.min(0.48 * sampleRate, frequency * logBetween(random, 0.7, 1.4)), quality, sampleRate)
    const gain = gains[channel]!
    for (let row = 0; row < pushes.length; row++) window[row * CHANNELS + channel]! += gain * ground.next(pushes[row]!)
  }
}
