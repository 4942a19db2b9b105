import type { Components } from './motion.ts'
import { Random } from './random.ts'
import { type Disturbance, type SyntheticStation, samplePosition } from './scenario.ts'

/** Ground velocity that overlays the noise of one station. */
export interface Overlay {
  /** Index of the first row on the station's sample axis. */
  readonly firstSample: number
  /** Z, N, E in m/s. */
  readonly components: Components
}

/** No tone lies above this share of the sample rate. */
const HIGHEST = 0.4

type Shape = (seconds: number) => number

/** What a passing vehicle, footsteps, a machine or a thump do to the ground beside the station. */
export function disturbanceWaveform(disturbance: Disturbance, station: SyntheticStation, seed: number): Overlay {
  const { sampleRate } = station
  const random = new Random(seed, 'disturbance', disturbance.station, disturbance.kind, disturbance.seconds)
  const shape = SHAPES[disturbance.kind](disturbance.durationSeconds, sampleRate, random)
  const count = Math.ceil(disturbance.durationSeconds * sampleRate)
  const wave = Float64Array.from({ length: count }, (_, n) => shape(n / sampleRate))
  const peak = wave.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12)
  const onComponent = () => {
    const gain = (random.sign() * random.between(0.4, 1) * disturbance.peakVelocity) / peak
    // Surface waves arrive at slightly different phases on each component.
    const delay = random.index(Math.max(1, Math.round(sampleRate / 25)))
    return Float64Array.from(wave, (_, n) => gain * (wave[n - delay] ?? 0))
  }
  const firstSample = Math.ceil(samplePosition(station, disturbance.seconds))
  return { firstSample, components: [onComponent(), onComponent(), onComponent()] }
}

const SHAPES: Readonly<Record<Disturbance['kind'], (duration: number, sampleRate: number, random: Random) => Shape>> = {
  vehicle,
  footsteps,
  machine,
  thump,
}

/** Band-limited noise that swells and fades as the vehicle passes: a cigar without onset. */
function vehicle(duration: number, sampleRate: number, random: Random): Shape {
  const closest = duration * random.between(0.42, 0.58)
  const width = duration / 6
  const slow = new Resonator(random.between(5, 8), 1.5, sampleRate)
  const fast = new Resonator(Math.min(random.between(10, 16), HIGHEST * sampleRate), 2.5, sampleRate)
  return (seconds) => {
    const push = random.normal()
    return (slow.next(push) + 0.8 * fast.next(push)) * Math.exp(-0.5 * ((seconds - closest) / width) ** 2)
  }
}

/** A walker: two thuds a second, growing as they come near, fading as they leave. */
function footsteps(duration: number, sampleRate: number, random: Random): Shape {
  const ring = Math.min(random.between(11, 20), HIGHEST * sampleRate)
  const steps: { at: number; size: number }[] = []
  for (let at = 0.1; at < duration; at += random.between(0.5, 0.6)) {
    const nearness = Math.exp(-(((at - duration / 2) / (duration / 3)) ** 2))
    steps.push({ at, size: nearness * random.between(0.7, 1) })
  }
  return (seconds) => {
    let sum = 0
    for (const { at, size } of steps) {
      const since = seconds - at
      if (since >= 0 && since < 0.5) sum += size * Math.exp(-since / 0.06) * Math.sin(2 * Math.PI * ring * since)
    }
    return sum
  }
}

/** A motor: harmonics of a rotation that wanders a little, run up and run down. */
function machine(duration: number, sampleRate: number, random: Random): Shape {
  const base = random.between(2.1, 6.3)
  const harmonics = Array.from({ length: 6 }, (_, n) => ({ order: n + 1, size: random.between(0.2, 1) / (n + 1) ** 0.5 }))
  const wander = random.between(5, 15)
  const ramp = Math.min(4, duration / 4)
  let turn = 0
  return (seconds) => {
    const running = Math.max(0, Math.min(1, seconds / ramp, (duration - seconds) / ramp))
    turn += (base * (0.6 + 0.4 * running) * (1 + 0.004 * Math.sin((2 * Math.PI * seconds) / wander))) / sampleRate
    let sum = 0
    for (const { order, size } of harmonics) {
      if (order * base < HIGHEST * sampleRate) sum += size * Math.sin(2 * Math.PI * order * turn)
    }
    return running * sum
  }
}

/** One blow on the ground nearby: a door, a dropped load. Rings for a second; P and S are not to be told apart. */
function thump(_duration: number, sampleRate: number, random: Random): Shape {
  const modes = Array.from({ length: 4 }, () => ({
    frequency: Math.min(random.between(6, 22), HIGHEST * sampleRate),
    size: random.normal(),
    decay: random.between(0.08, 0.3),
  }))
  return (seconds) => {
    let sum = 0
    for (const { frequency, size, decay } of modes)
      sum += size * Math.exp(-seconds / decay) * Math.sin(2 * Math.PI * frequency * seconds)
    return sum
  }
}

/** A damped oscillator driven by what it is given. */
class Resonator {
  readonly #b1: number
  readonly #b2: number
  #y1 = 0
  #y2 = 0

  constructor(frequency: number, bandwidth: number, sampleRate: number) {
    const radius = Math.exp((-Math.PI * bandwidth) / sampleRate)
    this.#b1 = 2 * radius * Math.cos((2 * Math.PI * frequency) / sampleRate)
    this.#b2 = -radius * radius
  }

  next(push: number): number {
    const y = push + this.#b1 * this.#y1 + this.#b2 * this.#y2
    this.#y2 = this.#y1
    this.#y1 = y
    return y
  }
}
