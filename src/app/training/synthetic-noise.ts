import type { Random } from '../../nn/random.ts'
import { between, chance, gaussian, integerBetween, logBetween } from './random-draws.ts'
import { Resonator } from './resonator.ts'
import { CHANNELS } from './window-buffer.ts'

/**
 * Background noise made by code: white noise through one or two one-pole filters, from flat to steep spectra, each component with
 * its own level; half of the time with the sea's swell on it.
 *
 * @param window row-major [rows, 3]; overwritten
 */
export function fillSyntheticNoise(window: Float64Array, sampleRate: number, random: Random): void {
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
  if (chance(random, 0.5)) addSwell(window, sampleRate, random)
}

/** Microseism: a few seconds long waves, mostly below what an earthquake nearby shows. */
function addSwell(window: Float64Array, sampleRate: number, random: Random): void {
  const rows = window.length / CHANNELS
  const frequency = logBetween(random, 0.1, 0.5)
  const size = logBetween(random, 0.05, 5)
  for (let channel = 0; channel < CHANNELS; channel++) {
    const sea = new Resonator(frequency, between(random, 1, 4), sampleRate)
    for (let row = -400; row < rows; row++) {
      const value = size * sea.next(gaussian(random))
      if (row >= 0) window[row * CHANNELS + channel]! += value
    }
  }
}
