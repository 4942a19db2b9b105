import type { Step, Value } from './step.ts'
import { BYTES_PER_FLOAT } from './tensor.ts'

/** A layer whose `backward` passes relevance on as it is, value by value. */
export class PassingStep implements Step {
  readonly weightGradients: readonly Float32Array[] = []
  readonly #forward: Step
  readonly #x: Value
  readonly #y: Value
  #memory: Float32Array = new Float32Array(0)

  constructor(forward: Step, x: Value, y: Value) {
    this.#forward = forward
    this.#x = x
    this.#y = y
  }

  load(memory: Float32Array, weights: readonly Float32Array[]): void {
    this.#memory = memory
    this.#forward.load(memory, weights)
  }

  forward(samples: number): void {
    this.#forward.forward(samples)
  }

  backward(samples: number): void {
    const from = this.#y.gradient
    const to = this.#x.gradient
    if (from === undefined || to === undefined) return
    for (let s = 0; s < samples; s++) {
      const start = (from.offset + s * from.sampleBytes) / BYTES_PER_FLOAT
      const end = start + from.rows * from.channels
      this.#memory.copyWithin((to.offset + s * to.sampleBytes) / BYTES_PER_FLOAT, start, end)
    }
  }
}
