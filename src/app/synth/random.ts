/**
 * A seeded stream of random numbers (sfc32, 128 bits of state). The seed and the labels name the stream, so that each
 * purpose draws from its own: one more station or earthquake never changes the noise of the others.
 *
 * @example
 * const noise = new Random(42, 'noise', 'XX_ALDER', 'Z')
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1
  #spareNormal: number | undefined

  constructor(seed: number, ...labels: readonly (string | number)[]) {
    const name = [seed, ...labels].join('\u0000')
    this.#a = hash(name, 0x9e3779b9)
    this.#b = hash(name, 0x243f6a88)
    this.#c = hash(name, 0xb7e15162)
    for (let round = 0; round < 12; round++) this.uniform()
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Integer in [0, count). */
  index(count: number): number {
    return Math.floor(this.uniform() * count)
  }

  sign(): 1 | -1 {
    return this.uniform() < 0.5 ? -1 : 1
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  /** Standard normal (Box–Muller, both values used). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal
      this.#spareNormal = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

/** FNV-1a over the text from a given basis, finished with the avalanche of MurmurHash3. */
function hash(text: string, basis: number): number {
  let h = basis | 0
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
