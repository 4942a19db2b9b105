import type { Random } from './random.ts'
import type { Step, Value } from './step.ts'
import { BYTES_PER_FLOAT } from './tensor.ts'

/** Dropout while training: each value is dropped with probability `rate`, the others are scaled up so that the mean stays. */
export class DropoutStep implements Step {
  readonly weightGradients: readonly Float32Array[] = []
  readonly #rate: number
  readonly #random: Random
  readonly #x: Value
  readonly #y: Value
  #memory: Float32Array = new Float32Array(0)
  #factors = new Float32Array(0)

  constructor(rate: number, random: Random, x: Value, y: Value) {
    this.#rate = rate
    this.#random = random
    this.#x = x
    this.#y = y
  }

  load(memory: Float32Array): void {
    this.#memory = memory
  }

  forward(samples: number): void {
    const { activation: x } = this.#x
    const { activation: y } = this.#y
    const count = x.rows * x.channels
    if (this.#factors.length < samples * count) this.#factors = new Float32Array(samples * count)
    for (let i = 0; i < samples * count; i++) this.#factors[i] = this.#random.uniform() < this.#rate ? 0 : 1 / (1 - this.#rate)
    for (let s = 0; s < samples; s++) this.#multiply(x.offset + s * x.sampleBytes, y.offset + s * y.sampleBytes, s * count, count)
  }

  backward(samples: number): void {
    const dx = this.#x.gradient
    const dy = this.#y.gradient
    if (dx === undefined || dy === undefined) return
    const count = dx.rows * dx.channels
    for (let s = 0; s < samples; s++)
      this.#multiply(dy.offset + s * dy.sampleBytes, dx.offset + s * dx.sampleBytes, s * count, count)
  }

  #multiply(from: number, to: number, firstFactor: number, count: number): void {
    const source = from / BYTES_PER_FLOAT
    const target = to / BYTES_PER_FLOAT
    for (let i = 0; i < count; i++) this.#memory[target + i] = this.#memory[source + i]! * this.#factors[firstFactor + i]!
  }
}
