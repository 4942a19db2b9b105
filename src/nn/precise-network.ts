import { type Convolution, convolutionOf } from './convolution.ts'
import { sigmoid } from './exponential.ts'
import { type Activation, checkNetwork, type Layer, layerShapes, type Network, type Shape, samePadding } from './network.ts'
import { scaleAndShift } from './normalisation-step.ts'

export interface PreciseGradient {
  readonly logit: number
  /** d logit / d input, row-major [windowLength, channels]. */
  readonly gradient: Float64Array
}

/** One layer, there and back. Values row-major [rows, channels]. */
interface PreciseLayer {
  forward(x: Float64Array): Float64Array
  /** @returns d logit / d x from that of y */
  backward(x: Float64Array, y: Float64Array, dy: Float64Array): Float64Array
}

/**
 * A network in double precision and plain TypeScript: for descents of many steps, where the rounding of single precision grows.
 * A hundred times slower than the kernels. The weights are single precision, as stored.
 */
export class PreciseNetwork {
  readonly input: Shape
  readonly #layers: readonly PreciseLayer[]

  /** @throws {ModelFormatError} when weights and layers do not fit together */
  constructor(network: Network) {
    const shapes = layerShapes(checkNetwork(network))
    const last = network.layers.findLastIndex((layer) => 'activation' in layer)
    this.input = network.input
    this.#layers = network.layers.map((layer, i) => {
      // What goes into the last sigmoid or softmax is the logit.
      const activation = 'activation' in layer && i !== last ? layer.activation : 'linear'
      return preciseLayer(layer, activation, network.weights[i]!, shapes[i]!, shapes[i + 1]!)
    })
  }

  /**
   * Logit of one window (of two softmax outputs their difference) and its gradient with respect to the window. A rectifier's
   * gradient at 0 is 0.
   *
   * @param window row-major [windowLength, channels]
   */
  gradient(window: Float64Array): PreciseGradient {
    const values = [window]
    for (const layer of this.#layers) values.push(layer.forward(values.at(-1)!))
    const output = values.at(-1)!
    let gradient: Float64Array = output.length === 1 ? Float64Array.of(1) : Float64Array.of(-1, 1)
    for (let i = this.#layers.length - 1; i >= 0; i--) gradient = this.#layers[i]!.backward(values[i]!, values[i + 1]!, gradient)
    return { logit: output.length === 1 ? output[0]! : output[1]! - output[0]!, gradient }
  }
}

function preciseLayer(
  layer: Layer,
  activation: Activation,
  weights: readonly Float32Array[],
  input: Shape,
  output: Shape,
): PreciseLayer {
  switch (layer.kind) {
    case 'conv1d':
    case 'dense':
      return activated(activation, affine(convolutionOf(layer, input, output), input.channels, output.channels, weights))
    case 'maxPooling1d': {
      const before = layer.padding === 'same' ? samePadding(input.rows, layer.poolSize, layer.strides).before : 0
      return maxPooling(layer.poolSize, layer.strides, before, input, output)
    }
    case 'batchNormalization': {
      const { scale, shift } = scaleAndShift(layer, weights)
      const { channels } = input
      return {
        forward: (x) => x.map((value, i) => value * scale[i % channels]! + shift[i % channels]!),
        backward: (_x, _y, dy) => dy.map((value, i) => value * scale[i % channels]!),
      }
    }
    case 'dropout':
    case 'flatten':
      return { forward: (x) => x, backward: (_x, _y, dy) => dy }
  }
}

/** Dense is a convolution of kernel size 1. Inputs of padding rows are zero, so that they are left out. */
function affine(
  { kernelSize, strides, before, inputRows, outputRows }: Convolution,
  inputs: number,
  outputs: number,
  [kernel32 = new Float32Array(0), bias]: readonly Float32Array[],
): PreciseLayer {
  const kernel = Float64Array.from(kernel32)
  /** Every input value with the row of weights it meets: x index, y offset, weight offset. */
  const visit = (meet: (from: number, to: number, weights: number) => void) => {
    for (let row = 0; row < outputRows; row++) {
      for (let tap = 0; tap < kernelSize; tap++) {
        const source = row * strides + tap - before
        if (source < 0 || source >= inputRows) continue
        for (let i = 0; i < inputs; i++) meet(source * inputs + i, row * outputs, (tap * inputs + i) * outputs)
      }
    }
  }
  return {
    forward(x) {
      const y = new Float64Array(outputRows * outputs)
      if (bias !== undefined) for (let row = 0; row < outputRows; row++) y.set(bias, row * outputs)
      visit((from, to, weights) => {
        const value = x[from]!
        if (value === 0) return
        for (let o = 0; o < outputs; o++) y[to + o]! += value * kernel[weights + o]!
      })
      return y
    },
    backward(_x, _y, dy) {
      const dx = new Float64Array(inputRows * inputs)
      visit((from, to, weights) => {
        let sum = 0
        for (let o = 0; o < outputs; o++) sum += dy[to + o]! * kernel[weights + o]!
        dx[from]! += sum
      })
      return dx
    },
  }
}

function activated(activation: Activation, layer: PreciseLayer): PreciseLayer {
  if (activation === 'linear' || activation === 'softmax') return layer
  const isRelu = activation === 'relu'
  return {
    forward: (x) => layer.forward(x).map(isRelu ? (value) => Math.max(0, value) : sigmoid),
    backward: (x, y, dy) => layer.backward(x, y, isRelu ? rectifierGradient(y, dy) : dy.map((d, i) => d * y[i]! * (1 - y[i]!))),
  }
}

function rectifierGradient(y: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((value, i) => (y[i]! > 0 ? value : 0))
}

function maxPooling(size: number, strides: number, before: number, input: Shape, { rows }: Shape): PreciseLayer {
  const { channels } = input
  const winner = (x: Float64Array, row: number, channel: number) => {
    const first = Math.max(0, row * strides - before)
    const end = Math.min(input.rows, row * strides - before + size)
    let best = first * channels + channel
    for (let r = first + 1; r < end; r++) if (x[r * channels + channel]! > x[best]!) best = r * channels + channel
    return best
  }
  return {
    forward: (x) =>
      Float64Array.from({ length: rows * channels }, (_, i) => x[winner(x, Math.floor(i / channels), i % channels)]!),
    backward(x, _y, dy) {
      const dx = new Float64Array(x.length)
      dy.forEach((value, i) => {
        dx[winner(x, Math.floor(i / channels), i % channels)]! += value
      })
      return dx
    },
  }
}
