/** Discrete Fourier transform of one length, with its factors and working space made once. */
export class Fourier {
  readonly #size: number
  readonly #cosines: Float64Array
  readonly #sines: Float64Array
  readonly #real: Float64Array
  readonly #imaginary: Float64Array

  /** @param size a power of two */
  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new RangeError(`Fourier: expected a power of two, got ${size}`)
    this.#size = size
    this.#cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size))
    this.#sines = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size))
    this.#real = new Float64Array(size)
    this.#imaginary = new Float64Array(size)
  }

  /**
   * |X(k)|² of real values.
   *
   * @param values `size` of them
   * @param power [size / 2], k = 0 first; overwritten
   */
  power(values: ArrayLike<number>, power: Float32Array | Float64Array): void {
    const real = this.#real
    const imaginary = this.#imaginary
    this.#load(values)
    for (let length = 2; length <= this.#size; length *= 2) {
      const stride = this.#size / length
      for (let start = 0; start < this.#size; start += length) {
        for (let k = 0; k < length / 2; k++) this.#butterfly(start + k, start + k + length / 2, k * stride)
      }
    }
    for (let k = 0; k < power.length; k++) power[k] = (real[k] as number) ** 2 + (imaginary[k] as number) ** 2
  }

  /** In the order of reversed bits, as butterflies in place need it. */
  #load(values: ArrayLike<number>): void {
    for (let i = 0, reversed = 0; i < this.#size; i++) {
      this.#real[reversed] = values[i] as number
      let bit = this.#size / 2
      while (reversed & bit) {
        reversed ^= bit
        bit /= 2
      }
      reversed |= bit
    }
    this.#imaginary.fill(0)
  }

  #butterfly(even: number, odd: number, factor: number): void {
    const cosine = this.#cosines[factor] as number
    const sine = this.#sines[factor] as number
    const oddReal = this.#real[odd] as number
    const oddImaginary = this.#imaginary[odd] as number
    const real = oddReal * cosine + oddImaginary * sine
    const imaginary = oddImaginary * cosine - oddReal * sine
    const evenReal = this.#real[even] as number
    const evenImaginary = this.#imaginary[even] as number
    this.#real[odd] = evenReal - real
    this.#imaginary[odd] = evenImaginary - imaginary
    this.#real[even] = evenReal + real
    this.#imaginary[even] = evenImaginary + imaginary
  }
}
