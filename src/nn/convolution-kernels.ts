import { type Conv1dLayer, layerShapes, type Network } from './network.ts'

/** The kernels of one convolution, as they are. */
export interface LayerKernels {
  readonly layer: string
  /** Taps. */
  readonly kernelSize: number
  /** Channels of the layer's input. */
  readonly inputs: number
  readonly filters: number
  /** Row-major [kernelSize, inputs, filters]. */
  readonly weights: Float32Array
  /** One per filter; zeros for a layer without bias. */
  readonly biases: Float32Array
  /** Hz of the rows that the layer reads: the grid rate over all strides before it. */
  readonly inputRate: number
  /** Largest absolute weight: the end of the layer's colour scale. */
  readonly largest: number
}

/**
 * Gains of a layer's filters at equally spaced frequencies from 0 to half the rate of the layer's input. For the first layer that
 * is a frequency of ground motion; behind a rectifier it is one of the rise and fall of features.
 */
export interface FrequencyResponses {
  /** Hz. */
  readonly frequencies: Float64Array
  /** Row-major [filters, frequencies]: output amplitude for sines of amplitude 1 in all inputs with unrelated phases, √Σ|H|². */
  readonly gains: Float64Array
}

/** Two filters of a layer and the cosine of the angle between their weights: 1 the same but for size, −1 opposite. */
export interface FilterPair {
  readonly first: number
  readonly second: number
  readonly cosine: number
}

/** @param sampleRate Hz of the network's input */
export function convolutionKernels(network: Network, sampleRate: number): LayerKernels[] {
  const shapes = layerShapes(network)
  let inputRate = sampleRate
  return network.layers.flatMap((layer, i) => {
    const kernels = layer.kind === 'conv1d' ? [kernelsOf(layer, network.weights[i]!, shapes[i]!.channels, inputRate)] : []
    if ('strides' in layer) inputRate /= layer.strides
    return kernels
  })
}

/** @param points frequencies, 0 and half the rate included; at least 2 */
export function frequencyResponses(kernels: LayerKernels, points: number): FrequencyResponses {
  const { kernelSize, inputs, filters, weights, inputRate } = kernels
  const frequencies = Float64Array.from({ length: points }, (_, i) => (i / (points - 1)) * (inputRate / 2))
  const gains = new Float64Array(filters * points)
  for (let filter = 0; filter < filters; filter++) {
    for (let point = 0; point < points; point++) {
      const radians = (Math.PI * point) / (points - 1)
      let power = 0
      for (let input = 0; input < inputs; input++) {
        let real = 0
        let imaginary = 0
        for (let tap = 0; tap < kernelSize; tap++) {
          const weight = weights[(tap * inputs + input) * filters + filter]!
          real += weight * Math.cos(radians * tap)
          imaginary -= weight * Math.sin(radians * tap)
        }
        power += real * real + imaginary * imaginary
      }
      gains[filter * points + point] = Math.sqrt(power)
    }
  }
  return { frequencies, gains }
}

/**
 * Pairs of filters by the size of their cosine, most similar (or most opposite) first; ties in the order of the filters. A filter
 * of zeros is similar to none.
 */
export function similarFilters({ kernelSize, inputs, filters, weights }: LayerKernels, count: number): FilterPair[] {
  const terms = kernelSize * inputs
  const product = (a: number, b: number) => {
    let sum = 0
    for (let term = 0; term < terms; term++) sum += weights[term * filters + a]! * weights[term * filters + b]!
    return sum
  }
  const norms = Array.from({ length: filters }, (_, filter) => Math.sqrt(product(filter, filter)))
  const pairs: FilterPair[] = []
  for (let first = 0; first < filters; first++) {
    for (let second = first + 1; second < filters; second++) {
      const size = norms[first]! * norms[second]!
      if (size > 0) pairs.push({ first, second, cosine: product(first, second) / size })
    }
  }
  return pairs.sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine)).slice(0, count)
}

function kernelsOf(layer: Conv1dLayer, arrays: readonly Float32Array[], inputs: number, inputRate: number): LayerKernels {
  const [weights = new Float32Array(0), biases = new Float32Array(layer.filters)] = arrays
  return {
    layer: layer.name,
    kernelSize: layer.kernelSize,
    inputs,
    filters: layer.filters,
    weights,
    biases,
    inputRate,
    largest: weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0),
  }
}
