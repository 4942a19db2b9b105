import { Fourier, nextPowerOfTwo } from '../../signal/fourier.ts'

/** Edges of the frequency bands, Hz. */
export const BAND_EDGES: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** One value per band of `BAND_EDGES`. */
export interface BandShares {
  /** Relevance of what the band contributes to the samples; they add up to the relevance of all samples that are not zero. */
  readonly relevance: Float64Array
  /** Energy. */
  readonly energy: Float64Array
}

/**
 * Relevance of frequency bands: a sample is the sum of its bands, and its relevance is shared among them in proportion,
 * R_band = Σ x_band · (R / x). By Parseval that is a cross spectrum of R / x and x. (DFT-LRP: Vielhaben et al. 2024, Pattern
 * Recognition 110122, "virtual inspection layer".)
 */
export class BandRelevance {
  readonly #fourier: Fourier
  readonly #bandOf: Int32Array
  readonly #real: Float64Array
  readonly #imaginary: Float64Array
  readonly #rate: number

  /** @param sampleRate Hz; what lies above the last edge counts in the last band */
  constructor(windowLength: number, sampleRate: number) {
    const size = nextPowerOfTwo(windowLength)
    this.#fourier = new Fourier(size)
    this.#rate = sampleRate
    this.#real = new Float64Array(size)
    this.#imaginary = new Float64Array(size)
    this.#bandOf = Int32Array.from({ length: size }, (_, k) => this.#band((Math.min(k, size - k) * sampleRate) / size))
  }

  /**
   * Of all components together.
   *
   * @param relevance row-major [windowLength, 3], as `input`
   */
  of(relevance: Float32Array, input: Float32Array): BandShares {
    const shares = { relevance: new Float64Array(BAND_EDGES.length - 1), energy: new Float64Array(BAND_EDGES.length - 1) }
    for (let column = 0; column < 3; column++) this.#add(relevance, input, column, shares)
    return shares
  }

  #add(relevance: Float32Array, input: Float32Array, column: number, shares: BandShares): void {
    const { size } = this.#fourier
    this.#real.fill(0)
    this.#imaginary.fill(0)
    for (let row = 0, i = column; i < input.length; row++, i += 3) {
      // Both are real: one complex transform gives both spectra.
      this.#real[row] = input[i]!
      this.#imaginary[row] = input[i] === 0 ? 0 : relevance[i]! / input[i]!
    }
    this.#fourier.transform(this.#real, this.#imaginary)
    for (let k = 0; k < size; k++) {
      const mirror = (size - k) % size
      const xReal = (this.#real[k]! + this.#real[mirror]!) / 2
      const xImaginary = (this.#imaginary[k]! - this.#imaginary[mirror]!) / 2
      const ratioReal = (this.#imaginary[k]! + this.#imaginary[mirror]!) / 2
      const ratioImaginary = (this.#real[mirror]! - this.#real[k]!) / 2
      const band = this.#bandOf[k]!
      shares.relevance[band]! += (xReal * ratioReal + xImaginary * ratioImaginary) / size
      shares.energy[band]! += (xReal * xReal + xImaginary * xImaginary) / size
    }
  }

  #band(hertz: number): number {
    const above = BAND_EDGES.findIndex((edge) => edge > hertz && edge <= this.#rate / 2)
    return above < 0 ? BAND_EDGES.findLastIndex((edge) => edge <= this.#rate / 2) - 1 : above - 1
  }
}
