import { Fourier } from './fourier.ts'

/** Samples of one spectrum: 6.4 s at 20 Hz. */
const WINDOW = 128
/** Frequencies of a column, from 0 to just below half the rate. */
export const SPECTRUM_ROWS = WINDOW / 2

/**
 * Power over time and frequency of one trace. Columns lie on multiples of the hop since 1970 and are kept, so that a picture that
 * scrolls does not change.
 */
export class Spectrogram {
  readonly #fourier = new Fourier(WINDOW)
  readonly #taper = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW))
  readonly #windowed = new Float64Array(WINDOW)
  readonly #copied = new Float32Array(WINDOW)
  readonly #columns = new Map<number, Float32Array>()
  #hop = 0

  /**
   * One spectrum, Hann taper, mean removed.
   *
   * @param index of the column; its window is centred on sample index · hop
   * @param hop samples from column to column
   * @param read copies samples from an index on into its second argument, NaN where there is none
   * @returns decibels of power density relative to 1 (source units)² per bin; undefined where samples are missing
   */
  column(index: number, hop: number, read: (from: number, out: Float32Array) => void): Float32Array | undefined {
    if (hop !== this.#hop) this.#columns.clear()
    this.#hop = hop
    const known = this.#columns.get(index)
    if (known) return known
    read(index * hop - WINDOW / 2, this.#copied)
    let sum = 0
    for (let i = 0; i < WINDOW; i++) sum += this.#copied[i] as number
    // Asked for again, because what is missing may still come.
    if (Number.isNaN(sum)) return undefined
    for (let i = 0; i < WINDOW; i++) {
      this.#windowed[i] = ((this.#copied[i] as number) - sum / WINDOW) * (this.#taper[i] as number)
    }
    const column = new Float32Array(SPECTRUM_ROWS)
    this.#fourier.power(this.#windowed, column)
    for (let k = 0; k < SPECTRUM_ROWS; k++) column[k] = 10 * Math.log10((column[k] as number) + 1e-6)
    this.#columns.set(index, column)
    return column
  }

  /** Forgets columns outside of [from, to]. */
  keep(from: number, to: number): void {
    for (const index of this.#columns.keys()) if (index < from || index > to) this.#columns.delete(index)
  }
}

/** Decibels between steps of the colour scale's ends: an end that moved with each column would flicker. */
const STEP_DB = 5
/** Weakest and strongest that still differ, as shares of the values. */
const WEAK = 0.1
const STRONG = 0.995

/** Where the colours of some columns begin and end, dB. */
export function spectrumRange(columns: readonly Float32Array[]): { from: number; to: number } {
  const some = columns.flatMap((column, i) => (i % Math.ceil(columns.length / 100) === 0 ? [...column.subarray(1)] : []))
  some.sort((a, b) => a - b)
  const at = (share: number) => some[Math.floor(share * (some.length - 1))] ?? 0
  const from = Math.floor(at(WEAK) / STEP_DB) * STEP_DB
  return { from, to: Math.max(from + 4 * STEP_DB, Math.ceil(at(STRONG) / STEP_DB) * STEP_DB) }
}
