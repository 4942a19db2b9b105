import { MICROS_PER_SECOND } from '../domain/time.ts'
import { ARRIVAL_FLOOR, LEAST_ARRIVAL_RATIO, type ScoredWindow } from '../domain/window.ts'
import { butterworthHighpass, filterHighpass } from './biquad.ts'

export interface FoundArrival {
  /** Row of the window. */
  readonly row: number
  readonly powerRatio: number
}

/** @param window row-major [rows, channels], source units; not changed */
export type ArrivalFinder = (window: Float64Array) => FoundArrival | undefined

export interface ArrivalFinderOptions {
  readonly windowLength: number
  readonly channels: number
  /** Hz */
  readonly sampleRate: number
  /** Samples between window starts: so many rows are looked at, those that no window before could judge. */
  readonly stride: number
}

/** As for onsets: without the microseism, causal. */
const HIGHPASS_HZ = 2
const AFTER_SECONDS = 2
const BEFORE_SECONDS = 5

/**
 * Finds where the newest rows of a window become louder at once: the largest peak of the ratio of the mean power in the 2 s after a row to
 * that in the 5 s before it (short over long-term average without overlap, Allen 1978), above a high-pass of 2 Hz. Of the components'
 * ratios it is the second: waves shake more than one of them, a step or a spike of the electronics often does not. In a decaying coda the ratio is below 1, so that an earthquake in the coda of another stands out.
 *
 * Windows on a stride look at every row once. Keeps nothing from one window to the next.
 *
 * @returns a finder; `undefined` from it means that nothing becomes louder by `LEAST_ARRIVAL_RATIO`
 */
export function createArrivalFinder({ windowLength, channels, sampleRate, stride }: ArrivalFinderOptions): ArrivalFinder {
  const filter = butterworthHighpass(HIGHPASS_HZ, sampleRate)
  const after = Math.round(AFTER_SECONDS * sampleRate)
  const before = Math.round(BEFORE_SECONDS * sampleRate)
  // The ratio goes up while the arrival comes into the seconds after; it is the arrival's where it is larger than beside it.
  const last = windowLength - after - 1
  const first = Math.max(before + 1, last - stride + 1)
  const filtered = new Float64Array(windowLength * channels)
  const powers = Array.from({ length: channels }, () => new Float64Array(windowLength))
  const ratioAt = (row: number) => {
    let largest = Number.NaN
    let second = Number.NaN
    for (const power of powers) {
      const ratio = meanOf(power, row, after) / meanOf(power, row - before, before)
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
    for (let channel = 0; channel < channels; channel++) filterHighpass(filter, filtered, channel, channels, windowLength)
    for (const [channel, power] of powers.entries()) {
      for (let row = first - 1 - before; row < windowLength; row++) {
        const value = filtered[row * channels + channel]!
        power[row] = value * value
      }
    }
    let found: FoundArrival | undefined
    for (let row = first; row <= last; row++) {
      const powerRatio = ratioAt(row)
      if (!(powerRatio >= Math.max(LEAST_ARRIVAL_RATIO, found?.powerRatio ?? 0))) continue
      if (powerRatio > ratioAt(row - 1) && powerRatio >= ratioAt(row + 1)) found = { row, powerRatio }
    }
    return found
  }
}

/** The same window, with the arrival that it shows; most windows are noise to the network and are not looked at. */
export function withArrival(scored: ScoredWindow, find: ArrivalFinder, gridRate: number): ScoredWindow {
  if (scored.score < ARRIVAL_FLOOR) return scored
  const { samples, startTime } = scored.window
  const found = find(samples)
  if (!found) return scored
  const time = startTime + Math.round((found.row * MICROS_PER_SECOND) / gridRate)
  return { ...scored, arrival: { time, powerRatio: found.powerRatio } }
}

function meanOf(values: Float64Array, from: number, count: number): number {
  let sum = 0
  for (let i = from; i < from + count; i++) sum += values[i]!
  return sum / count
}
