/**
 * Discrete Fourier transform of one power-of-two size, in place, unnormalised: X[k] = Σ x[n] e^(−2πi kn/size).
 * Radix 2, decimation in time; the tables are made once.
 */
export class Fourier {
  readonly size: number
  readonly #cosines: Float64Array
  readonly #sines: Float64Array
  readonly #reversed: Uint32Array

  /** @throws {RangeError} when the size is no power of two */
  constructor(size: number) {
    if (size < 2 || (size & (size - 1)) !== 0) throw new RangeError(`Fourier size: expected a power of two, got ${size}`)
    this.size = size
    this.#cosines = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size))
    this.#sines = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size))
    this.#reversed = new Uint32Array(size)
    for (let i = 1; i < size; i++) this.#reversed[i] = (this.#reversed[i >> 1]! >> 1) | (i & 1 ? size >> 1 : 0)
  }

  transform(real: Float64Array, imaginary: Float64Array): void {
    this.#permute(real, imaginary)
    const cosines = this.#cosines
    const sines = this.#sines
    for (let half = 1; half < this.size; half *= 2) {
      const step = this.size / (2 * half)
      for (let start = 0; start < this.size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = cosines[k * step]!
          const s = sines[k * step]!
          const even = start + k
          const odd = even + half
          const re = real[odd]! * c - imaginary[odd]! * s
          const im = real[odd]! * s + imaginary[odd]! * c
          real[odd] = real[even]! - re
          imaginary[odd] = imaginary[even]! - im
          real[even] = real[even]! + re
          imaginary[even] = imaginary[even]! + im
        }
      }
    }
  }

  /** Also unnormalised: transform, then invert, gives size times the input. */
  invert(real: Float64Array, imaginary: Float64Array): void {
    this.transform(imaginary, real)
  }

  #permute(real: Float64Array, imaginary: Float64Array): void {
    for (let i = 0; i < this.size; i++) {
      const j = this.#reversed[i]!
      if (j <= i) continue
      const re = real[i]!
      const im = imaginary[i]!
      real[i] = real[j]!
      imaginary[i] = imaginary[j]!
      real[j] = re
      imaginary[j] = im
    }
  }
}

export function nextPowerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, atLeast)))
}
