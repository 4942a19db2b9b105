/** Seeded generator of uniform numbers: the same seed gives the same sequence everywhere. */
export class Random {
  #state: number

  /** @param seed any integer; only its lowest 32 bits count */
  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Uniform in [0, 1), 32 random bits. */
  uniform(): number {
    // A Weyl sequence (golden ratio) through a mixing function with full avalanche (MurmurHash3's finaliser).
    this.#state = (this.#state + 0x9e3779b9) >>> 0
    let z = this.#state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return ((z ^ (z >>> 16)) >>> 0) / 0x1_0000_0000
  }
}
