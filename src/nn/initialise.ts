import { type Architecture, layerShapes, type Network, sizeOf, type WeightSpec, weightSpecs } from './network.ts'
import { Random } from './random.ts'

/**
 * Start weights as Keras gives them: kernels Glorot uniform, ±√(6 / (fan in + fan out)); biases 0; batch normalisation neutral.
 *
 * @param seed same seed and architecture, same bytes
 */
export function initialise(architecture: Architecture, seed: number): Network {
  const random = new Random(seed)
  const shapes = layerShapes(architecture)
  const weights = architecture.layers.map((layer, i) =>
    weightSpecs(layer, shapes[i]!).map((spec) => (spec.name === 'kernel' ? glorotUniform(spec, random) : constant(spec))),
  )
  return { ...architecture, weights }
}

function glorotUniform(spec: WeightSpec, random: Random): Float32Array {
  const [outputs = 1, inputs = 1, ...taps] = spec.shape.toReversed()
  const limit = Math.sqrt(6 / (sizeOf(taps) * (inputs + outputs)))
  return new Float32Array(sizeOf(spec.shape)).map(() => (2 * random.uniform() - 1) * limit)
}

function constant(spec: WeightSpec): Float32Array {
  const isOne = spec.name === 'gamma' || spec.name === 'moving_variance'
  return new Float32Array(sizeOf(spec.shape)).fill(isOne ? 1 : 0)
}
