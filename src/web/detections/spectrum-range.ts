import type { ExplanationAnswer } from '../../contract/detection-study.ts'

export type Spectrum = ExplanationAnswer['spectrum']

/** Below the highest line so many decades are shown. */
const DECADES = 4

export interface SpectrumRange {
  /** Hz. */
  readonly from: number
  readonly to: number
  readonly least: number
  readonly largest: number
}

/** Frequencies from the second line (the first is the taper's) to the last, amplitudes four decades down. */
export function spectrumRange({ frequencyStep, Z, N, E }: Spectrum): SpectrumRange | undefined {
  let peak = 0
  for (const values of [Z, N, E]) for (let i = 1; i < values.length; i++) peak = Math.max(peak, values[i] as number)
  if (peak === 0 || Z.length < 3) return undefined
  return { from: frequencyStep, to: (Z.length - 1) * frequencyStep, least: (peak * 1.5) / 10 ** DECADES, largest: peak * 1.5 }
}
