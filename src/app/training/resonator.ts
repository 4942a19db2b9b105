/** A damped oscillation that what comes in excites (two-pole band-pass). */
export class Resonator {
  readonly #feedback: number
  readonly #damping: number
  readonly #gain: number
  #last = 0
  #beforeLast = 0

  /**
   * @param frequency Hz
   * @param quality oscillations until it has died away, roughly
   */
  constructor(frequency: number, quality: number, sampleRate: number) {
    const radius = Math.exp((-Math.PI * frequency) / (quality * sampleRate))
    this.#feedback = 2 * radius * Math.cos((2 * Math.PI * frequency) / sampleRate)
    this.#damping = radius * radius
    this.#gain = 1 - radius
  }

  next(input: number): number {
    const output = this.#gain * input + this.#feedback * this.#last - this.#damping * this.#beforeLast
    this.#beforeLast = this.#last
    this.#last = output
    return output
  }
}
