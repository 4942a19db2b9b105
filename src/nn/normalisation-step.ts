import type { Kernels } from './kernels.ts'
import type { BatchNormalizationLayer } from './network.ts'
import type { Step, Value } from './step.ts'
import { type Arena, BYTES_PER_FLOAT } from './tensor.ts'

/** Batch normalisation with its stored mean and variance: y = x · scale + shift per channel. */
export class NormalisationStep implements Step {
  readonly weightGradients: readonly Float32Array[] = []
  readonly #kernels: Kernels
  readonly #layer: BatchNormalizationLayer
  readonly #x: Value
  readonly #y: Value
  readonly #scale: number
  readonly #shift: number
  readonly #noShift: number

  constructor(kernels: Kernels, arena: Arena, layer: BatchNormalizationLayer, x: Value, y: Value) {
    const { channels } = x.activation
    this.#kernels = kernels
    this.#layer = layer
    this.#x = x
    this.#y = y
    this.#scale = arena.allocate(channels)
    this.#shift = arena.allocate(channels)
    this.#noShift = arena.allocate(channels)
  }

  load(memory: Float32Array, weights: readonly Float32Array[]): void {
    const { scale, shift } = scaleAndShift(this.#layer, weights)
    memory.set(scale, this.#scale / BYTES_PER_FLOAT)
    memory.set(shift, this.#shift / BYTES_PER_FLOAT)
  }

  forward(samples: number): void {
    const { activation: x } = this.#x
    const { activation: y } = this.#y
    for (let s = 0; s < samples; s++) {
      const to = y.offset + s * y.sampleBytes
      this.#kernels.scaleShift(x.offset + s * x.sampleBytes, x.rows, x.channels, this.#scale, this.#shift, to)
    }
  }

  backward(samples: number): void {
    const dx = this.#x.gradient
    const dy = this.#y.gradient
    if (dx === undefined || dy === undefined) return
    for (let s = 0; s < samples; s++) {
      const from = dy.offset + s * dy.sampleBytes
      const to = dx.offset + s * dx.sampleBytes
      this.#kernels.scaleShift(from, dy.rows, dy.channels, this.#scale, this.#noShift, to)
    }
  }
}

/** What stored statistics and learned weights come to per channel, worked out in double precision. */
export function scaleAndShift(
  layer: BatchNormalizationLayer,
  weights: readonly ArrayLike<number>[],
): { readonly scale: Float64Array; readonly shift: Float64Array } {
  const arrays = [...weights]
  const gamma = layer.scale ? arrays.shift() : undefined
  const beta = layer.center ? arrays.shift() : undefined
  const [mean, variance] = arrays
  const channels = mean?.length ?? 0
  const scale = Float64Array.from(
    { length: channels },
    (_, c) => (gamma?.[c] ?? 1) / Math.sqrt((variance?.[c] ?? 1) + layer.epsilon),
  )
  const shift = Float64Array.from({ length: channels }, (_, c) => (beta?.[c] ?? 0) - (mean?.[c] ?? 0) * scale[c]!)
  return { scale, shift }
}
