import type { Band } from '../plot/band-filter.ts'
import type { Amplitude } from '../plot/draw-station.ts'

export interface BandChoice {
  readonly name: string
  readonly band: Band
}

/**
 * Filters to look through. @param highpassHz of the network's preprocessing; undefined: not known, null: none
 */
export function bandChoices(highpassHz: number | null | undefined): BandChoice[] {
  return [
    { name: 'as it came', band: {} },
    ...(highpassHz ? [{ name: `as the network sees it, above ${highpassHz} Hz`, band: { fromHz: highpassHz } }] : []),
    { name: '0.05 – 1 Hz', band: { fromHz: 0.05, toHz: 1 } },
    { name: '0.5 – 2 Hz', band: { fromHz: 0.5, toHz: 2 } },
    { name: '1 – 5 Hz', band: { fromHz: 1, toHz: 5 } },
    { name: '2 – 8 Hz', band: { fromHz: 2, toHz: 8 } },
  ]
}

export interface AmplitudeChoice {
  readonly name: string
  readonly amplitude: Amplitude
}

export const AMPLITUDE_CHOICES: readonly AmplitudeChoice[] = [
  { name: 'each component', amplitude: 'component' },
  { name: 'common', amplitude: 'common' },
  ...[100, 1000, 10_000, 100_000, 1_000_000].map((counts) => ({
    name: `± ${counts.toLocaleString('en')} counts`,
    amplitude: counts,
  })),
]
