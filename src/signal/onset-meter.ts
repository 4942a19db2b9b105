import { LEAST_ARRIVAL_RATIO } from '../domain/window.ts'
import { butterworthHighpass, butterworthLowpass, filterHighpass, filterLowpass } from './biquad.ts'

export interface FoundArrival {
  /** Row of the window. */
  readonly row: number
  readonly powerRatio: number
}

export interface OnsetMeasure {
  /** The largest power ratio of all rows that have enough before and after them; 0 where none is known. */
  readonly largestRatio: number
  /** The largest peak in the newest rows; absent when nothing becomes louder there by `LEAST_ARRIVAL_RATIO`. */
  readonly arrival?: FoundArrival
}

/** @param window row-major [rows, channels], source units; not changed */
export type OnsetMeter = (window: Float64Array) => OnsetMeasure

export interface OnsetMeterOptions {
  readonly windowLength: number
  readonly channels: number
  /** Hz */
  readonly sampleRate: number
  /** Samples between window starts: so many rows are the newest, those that no window before could judge. */
  readonly stride: number
}

/** Above the microseism, as for onsets, and below where steps and blows nearby have most of their onset; causal. */
const HIGHPASS_HZ = 2
const LOWPASS_HZ = 8
const AFTER_SECONDS = 2
const BEFORE_SECONDS = 5

/**
 * Measures where a window becomes louder at once: the ratio of the mean power in the 2 s after a row to that in the 5 s before it (short over
 * long-term average without overlap, Allen 1978), from 2 to 8 Hz. Of the components' ratios it is the second: waves shake
 * more than one of them, a step or a spike of the electronics often does not. In a decaying coda the ratio is below 1, so that an earthquake in the coda
 * of another stands out.
 *
 * Windows on a stride look at each row once as a newest one. Keeps nothing from one window to the next.
 */
export function createOnsetMeter({ windowLength, channels, sampleRate, stride }: OnsetMeterOptions): OnsetMeter {
  const highpass = butterworthHighpass(HIGHPASS_HZ, sampleRate)
  // A slower grid holds nothing above.
  const lowpass = LOWPASS_HZ < sampleRate / 2 ? butterworthLowpass(LOWPASS_HZ, sampleRate) : undefined
  const after = Math.round(AFTER_SECONDS * sampleRate)
  const before = Math.round(BEFORE_SECONDS * sampleRate)
  // A peak is larger than beside it, so there is a row more at each end.
  const first = before + 1
  const last = windowLength - after - 1
  const newest = Math.max(first, last - stride + 1)
  const filtered = new Float64Array(windowLength * channels)
  // Of each component, the energy before a row.
  const energies = Array.from({ length: channels }, () => new Float64Array(windowLength + 1))
  const ratios = new Float64Array(windowLength)

  function ratioAt(row: number): number {
    let largest = Number.NaN
    let second = Number.NaN
    for (const energy of energies) {
      const here = energy[row]!
      const ratio = ((energy[row + after]! - here) * before) / ((here - energy[row - before]!) * after)
      // Of a component without noise, or with samples that are no numbers, nothing is known.
      if (!Number.isFinite(ratio)) continue
      if (!(ratio <= largest)) {
        second = largest
        largest = ratio
      } else if (!(ratio <= second)) second = ratio
    }
    return Number.isNaN(second) ? largest : second
  }

  return (window) => {
    filtered.set(window)
    for (const [channel, energy] of energies.entries()) {
      filterHighpass(highpass, filtered, channel, channels, windowLength)
      if (lowpass) {
        // Twice, for a steeper edge.
        filterLowpass(lowpass, filtered, channel, channels, windowLength)
        filterLowpass(lowpass, filtered, channel, channels, windowLength)
      }
      let sum = 0
      for (let row = 0, i = channel; row < windowLength; row++, i += channels) {
        const value = filtered[i]!
        sum += value * value
        energy[row + 1] = sum
      }
    }
    let largestRatio = 0
    for (let row = first - 1; row <= last + 1; row++) {
      const ratio = ratioAt(row)
      ratios[row] = ratio
      if (ratio > largestRatio) largestRatio = ratio
    }
    let arrival: FoundArrival | undefined
    for (let row = newest; row <= last; row++) {
      const powerRatio = ratios[row]!
      if (!(powerRatio >= Math.max(LEAST_ARRIVAL_RATIO, arrival?.powerRatio ?? 0))) continue
      if (powerRatio > ratios[row - 1]! && powerRatio >= ratios[row + 1]!) arrival = { row, powerRatio }
    }
    return arrival ? { largestRatio, arrival } : { largestRatio }
  }
}

/** `largestRatio` of one window: for where few are looked at. */
export function clearestOnset(window: Float64Array, shape: Omit<OnsetMeterOptions, 'stride'>): number {
  return createOnsetMeter({ ...shape, stride: 1 })(window).largestRatio
}
