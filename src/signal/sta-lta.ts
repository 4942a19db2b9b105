import { UsageError } from '../domain/errors.ts'
import { butterworthHighpass, butterworthLowpass, type Section } from './biquad.ts'

export interface StaLtaOptions {
  /** Hz of the grid. */
  readonly sampleRate: number
  readonly shortSeconds: number
  readonly longSeconds: number
  /** Corners of the band-pass, Hz; no upper one: up to what the grid holds. */
  readonly lowHz: number
  readonly highHz: number | null
  /** Energy of the vertical alone, or of all three components together. */
  readonly components: 'vertical' | 'all'
}

/**
 * Recursive STA/LTA (Withers et al. 1998): exponential means of the band-passed energy over a short and a long time, divided.
 * What every network has run for forty years, and what a detector has to beat.
 *
 * The band-pass is causal, of second order on each side. It begins in the steady state of the first sample, so that an offset is
 * no arrival. The ratio is 0 until one long time has passed, as in ObsPy: before that the long mean means nothing.
 */
export class StaLta {
  readonly #options: StaLtaOptions
  readonly #sections: readonly Section[]
  readonly #columns: number
  /** Two states of each section of each column. */
  readonly #states: Float64Array
  #short = 0
  #long = 0
  #rows = 0

  /** @throws {UsageError} when the short time is not the shorter one or a corner is not below the Nyquist frequency */
  constructor(options: StaLtaOptions) {
    const { sampleRate, shortSeconds, longSeconds, lowHz, highHz } = options
    if (!(shortSeconds > 0 && shortSeconds < longSeconds)) {
      throw new UsageError(
        `STA/LTA: expected a short time above 0 and below the long one, got ${shortSeconds} s and ${longSeconds} s`,
      )
    }
    this.#options = options
    const low = butterworthHighpass(lowHz, sampleRate)
    this.#sections = highHz === null ? [low] : [low, butterworthLowpass(highHz, sampleRate)]
    this.#columns = options.components === 'vertical' ? 1 : 3
    this.#states = new Float64Array(this.#columns * this.#sections.length * 2)
  }

  /** Forgets everything: after a gap. */
  reset(): void {
    this.#short = 0
    this.#long = 0
    this.#rows = 0
  }

  /**
   * @param samples row-major [rows, 3], the rows after the last ones
   * @returns the ratio at each row
   */
  push(samples: Float64Array): Float64Array {
    const { sampleRate, shortSeconds, longSeconds } = this.#options
    const shortShare = 1 / (shortSeconds * sampleRate)
    const longShare = 1 / (longSeconds * sampleRate)
    const warmUp = longSeconds * sampleRate
    const ratios = new Float64Array(samples.length / 3)
    if (this.#rows === 0 && ratios.length > 0) this.#settle(samples)
    for (let row = 0; row < ratios.length; row++) {
      const energy = this.#energy(samples, row * 3)
      this.#short += (energy - this.#short) * shortShare
      this.#long += (energy - this.#long) * longShare
      this.#rows++
      // A dead component has no energy at all.
      ratios[row] = this.#rows > warmUp && this.#long > 0 ? this.#short / this.#long : 0
    }
    return ratios
  }

  #energy(samples: Float64Array, from: number): number {
    const states = this.#states
    let energy = 0
    let state = 0
    for (let column = 0; column < this.#columns; column++) {
      let value = samples[from + column]!
      for (const { b0, b1, a1, a2 } of this.#sections) {
        // Transposed direct form II.
        const y = b0 * value + states[state]!
        states[state] = b1 * value - a1 * y + states[state + 1]!
        states[state + 1] = b0 * value - a2 * y
        value = y
        state += 2
      }
      energy += value * value
    }
    return energy
  }

  /** A high-pass answers a constant with 0, which fixes its states and leaves those behind it at 0. */
  #settle(samples: Float64Array): void {
    this.#states.fill(0)
    const [{ b0 }] = this.#sections as [Section]
    for (let column = 0; column < this.#columns; column++) {
      const first = column * this.#sections.length * 2
      this.#states[first] = -b0 * samples[column]!
      this.#states[first + 1] = b0 * samples[column]!
    }
  }
}
