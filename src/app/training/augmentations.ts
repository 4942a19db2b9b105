import type { TrainingConfig } from '../../contract/training-config.ts'
import type { Random } from '../../nn/random.ts'
import { gap } from './disturbances.ts'
import { between, chance, integerBetween, logBetween } from './random-draws.ts'
import { Resonator } from './resonator.ts'
import { CHANNELS, peakOf } from './window-buffer.ts'

/**
 * Changes of a window that leave its label true. Each works in place on a row-major [rows, 3] window (Z, N, E) without mean.
 */
export interface Augmentation {
  readonly probability: (augmentation: TrainingConfig['augmentation']) => number
  readonly apply: (window: Float64Array, sampleRate: number, random: Random) => void
}

/** In this order: what the ground does, then the sensor, then the electronics. */
export const AUGMENTATIONS: readonly Augmentation[] = [
  { probability: ({ polarity }) => polarity, apply: flipPolarity },
  { probability: ({ rotation }) => rotation, apply: rotateHorizontals },
  { probability: ({ gain }) => gain, apply: scaleComponents },
  { probability: ({ response }) => response, apply: tiltSpectrum },
  { probability: ({ site }) => site, apply: resonate },
  { probability: ({ clipping }) => clipping, apply: clip },
  { probability: ({ deadComponent }) => deadComponent, apply: silenceComponents },
  { probability: ({ gap: probability }) => probability, apply: gap },
]

/** Applies each augmentation with its probability. */
export function augment(window: Float64Array, sampleRate: number, config: TrainingConfig['augmentation'], random: Random): void {
  for (const { probability, apply } of AUGMENTATIONS) {
    if (chance(random, probability(config))) apply(window, sampleRate, random)
  }
}

function flipPolarity(window: Float64Array): void {
  for (let i = 0; i < window.length; i++) window[i] = -window[i]!
}

/** By any angle, half of the time mirrored as well, so that the horizontals change places too. */
function rotateHorizontals(window: Float64Array, _sampleRate: number, random: Random): void {
  const angle = between(random, 0, 2 * Math.PI)
  const mirror = chance(random, 0.5) ? -1 : 1
  const cosine = Math.cos(angle)
  const sine = Math.sin(angle)
  for (let i = 0; i < window.length; i += CHANNELS) {
    const north = window[i + 1]!
    const east = window[i + 2]! * mirror
    window[i + 1] = cosine * north - sine * east
    window[i + 2] = sine * north + cosine * east
  }
}

function scaleComponents(window: Float64Array, _sampleRate: number, random: Random): void {
  for (let channel = 0; channel < CHANNELS; channel++) {
    const factor = logBetween(random, 1 / 1.5, 1.5)
    for (let i = channel; i < window.length; i += CHANNELS) window[i]! *= factor
  }
}

/** Mixes in the difference (towards acceleration) or the leaky sum (towards displacement). */
function tiltSpectrum(window: Float64Array, sampleRate: number, random: Random): void {
  const isSum = chance(random, 0.5)
  const leak = Math.exp((-2 * Math.PI * logBetween(random, 0.2, 4)) / sampleRate)
  const share = between(random, 0.3, 1)
  for (let channel = 0; channel < CHANNELS; channel++) {
    let previous = window[channel]!
    let sum = 0
    for (let i = channel; i < window.length; i += CHANNELS) {
      const value = window[i]!
      sum = leak * sum + (1 - leak) * value
      const tilted = isSum ? sum : value - previous
      window[i] = (1 - share) * value + share * tilted
      previous = value
    }
  }
}

/** Layers of soil: a few bands ring or are missing, not on all components alike. */
function resonate(window: Float64Array, sampleRate: number, random: Random): void {
  for (let count = integerBetween(random, 1, 3); count > 0; count--) {
    const frequency = logBetween(random, 1, 0.45 * sampleRate)
    const quality = logBetween(random, 0.5, 4)
    const strength = chance(random, 0.7) ? logBetween(random, 0.3, 8) : between(random, -0.9, -0.3)
    for (let channel = 0; channel < CHANNELS; channel++) {
      const band = new Resonator(Math.min(0.48 * sampleRate, frequency * logBetween(random, 0.8, 1.25)), quality, sampleRate)
      const share = strength * between(random, 0.3, 1)
      for (let i = channel; i < window.length; i += CHANNELS) window[i]! += share * band.next(window[i]!)
    }
  }
}

function clip(window: Float64Array, _sampleRate: number, random: Random): void {
  const limit = peakOf(window) * logBetween(random, 0.05, 0.8)
  for (let i = 0; i < window.length; i++) window[i] = Math.max(-limit, Math.min(limit, window[i]!))
}

/** One horizontal, both horizontals, or any one component. */
function silenceComponents(window: Float64Array, _sampleRate: number, random: Random): void {
  const areBothHorizontals = chance(random, 0.4)
  const one = integerBetween(random, 0, CHANNELS - 1)
  for (let channel = 0; channel < CHANNELS; channel++) {
    if (areBothHorizontals ? channel === 0 : channel !== one) continue
    for (let i = channel; i < window.length; i += CHANNELS) window[i] = 0
  }
}
