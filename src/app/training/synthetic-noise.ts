import type { Random } from '../../nn/random.ts'
import { between, chance, gaussian, integerBetween, logBetween, pick } from './random-draws.ts'
import { CHANNELS } from './window-buffer.ts'

/**
 * Noise made by code: a coloured background and, on it, nothing, a passing vehicle or footsteps.
 *
 * @param window row-major [rows, 3]; overwritten
 */
export function fillSyntheticNoise(window: Float64Array, sampleRate: number, random: Random): void {
  fillColouredNoise(window, random)
  pick(random, FOREGROUNDS)(window, sampleRate, random)
}

type Foreground = (window: Float64Array, sampleRate: number, random: Random) => void

/** Swells and fades: a band of noise under a slow, near symmetric envelope. */
const vehicle: Foreground = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const centre = between(random, -0.2 * rows, 1.2 * rows)
  // Shorter ones would look like micro-earthquakes.
  const width = logBetween(random, 2.5, 10) * sampleRate
  const lean = between(random, 0.6, 1.6)
  const amplitude = logBetween(random, 1, 30)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const band = new Resonator(logBetween(random, 1, 0.45 * sampleRate), logBetween(random, 1, 5), sampleRate)
    const gain = amplitude * between(random, 0.3, 1)
    for (let row = 0; row < rows; row++) {
      const distance = (row - centre) / (row < centre ? width : width * lean)
      window[row * CHANNELS + channel]! += gain * Math.exp(-0.5 * distance * distance) * band.next(gaussian(random))
    }
  }
}

/** Short thuds at a walking pace that come nearer and go. */
const footsteps: Foreground = (window, sampleRate, random) => {
  const rows = window.length / CHANNELS
  const period = between(random, 0.35, 1.2) * sampleRate
  const centre = between(random, 0, rows)
  const width = logBetween(random, 2, 15) * sampleRate
  const amplitude = logBetween(random, 3, 100)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const ground = new Resonator(logBetween(random, 3, 0.45 * sampleRate), logBetween(random, 2, 8), sampleRate)
    const gain = amplitude * between(random, 0.2, 1)
    let next = between(random, 0, period)
    for (let row = 0; row < rows; row++) {
      const isStep = row >= next
      if (isStep) next += period * between(random, 0.9, 1.1)
      const distance = (row - centre) / width
      const push = isStep ? Math.exp(-0.5 * distance * distance) * between(random, 0.5, 1.5) : 0
      window[row * CHANNELS + channel]! += gain * ground.next(push)
    }
  }
}

const nothing: Foreground = () => {}

const FOREGROUNDS: readonly Foreground[] = [nothing, vehicle, footsteps]

/** White noise through one or two one-pole filters: from flat to steep spectra, each component with its own level. */
function fillColouredNoise(window: Float64Array, random: Random): void {
  const rows = window.length / CHANNELS
  const pole = chance(random, 0.3) ? 0 : 1 - logBetween(random, 0.003, 1)
  const secondPole = chance(random, 0.5) ? 0 : pole
  const settle = integerBetween(random, 200, 400)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const gain = logBetween(random, 0.3, 1)
    let first = 0
    let second = 0
    for (let row = -settle; row < rows; row++) {
      first = pole * first + (1 - pole) * gaussian(random)
      second = secondPole * second + (1 - secondPole) * first
      if (row >= 0) window[row * CHANNELS + channel] = gain * second
    }
  }
}

/** A damped oscillation that what comes in excites (two-pole band-pass). */
class Resonator {
  readonly #feedback: number
  readonly #damping: number
  readonly #gain: number
  #last = 0
  #beforeLast = 0

  /** @param quality oscillations until it has died away, roughly */
  constructor(frequency: number, quality: number, sampleRate: number) {
    const radius = Math.exp((-Math.PI * frequency) / (quality * sampleRate))
    this.#feedback = 2 * radius * Math.cos((2 * Math.PI * frequency) / sampleRate)
    this.#damping = radius * radius
    this.#gain = 1 - radius
  }

  next(input: number): number {
    const output = this.#gain * input + this.#feedback * this.#last - this.#damping * this.#beforeLast
    this.#beforeLast = this.#last
    this.#last = output
    return output
  }
}
