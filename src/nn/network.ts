import { ModelFormatError } from '../domain/errors.ts'

export type Activation = 'linear' | 'relu' | 'sigmoid' | 'softmax'
/** TensorFlow's: `same` gives ceil(rows / strides) rows, the odd padding row goes to the end. */
export type Padding = 'same' | 'valid'

export interface Conv1dLayer {
  readonly kind: 'conv1d'
  readonly name: string
  readonly filters: number
  readonly kernelSize: number
  readonly strides: number
  readonly padding: Padding
  readonly activation: Activation
  readonly useBias: boolean
}

export interface MaxPooling1dLayer {
  readonly kind: 'maxPooling1d'
  readonly name: string
  readonly poolSize: number
  readonly strides: number
  readonly padding: Padding
}

export interface BatchNormalizationLayer {
  readonly kind: 'batchNormalization'
  readonly name: string
  readonly epsilon: number
  /** Adds beta. */
  readonly center: boolean
  /** Multiplies by gamma. */
  readonly scale: boolean
}

export interface DropoutLayer {
  readonly kind: 'dropout'
  readonly name: string
  /** Share of the values set to zero while training; nothing happens otherwise. */
  readonly rate: number
}

export interface FlattenLayer {
  readonly kind: 'flatten'
  readonly name: string
}

/** Applied at every row; after `flatten` there is one. */
export interface DenseLayer {
  readonly kind: 'dense'
  readonly name: string
  readonly units: number
  readonly activation: Activation
  readonly useBias: boolean
}

export type Layer = Conv1dLayer | MaxPooling1dLayer | BatchNormalizationLayer | DropoutLayer | FlattenLayer | DenseLayer

/** Values of one window between two layers, row-major [rows, channels]. */
export interface Shape {
  readonly rows: number
  readonly channels: number
}

/** A sequential network without weights. */
export interface Architecture {
  readonly name: string
  readonly input: Shape
  readonly layers: readonly Layer[]
}

export interface Network extends Architecture {
  /** Arrays of each layer in the order of `weightSpecs`, row-major. */
  readonly weights: readonly (readonly Float32Array[])[]
}

export interface WeightSpec {
  readonly name: 'kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance'
  readonly shape: readonly number[]
}

/** What a layer's weights are called and how large they are, in Keras' order. */
export function weightSpecs(layer: Layer, input: Shape): WeightSpec[] {
  switch (layer.kind) {
    case 'conv1d':
      return withBias({ name: 'kernel', shape: [layer.kernelSize, input.channels, layer.filters] }, layer.useBias)
    case 'dense':
      return withBias({ name: 'kernel', shape: [input.channels, layer.units] }, layer.useBias)
    case 'batchNormalization': {
      const shape = [input.channels]
      const learned: WeightSpec[] = []
      if (layer.scale) learned.push({ name: 'gamma', shape })
      if (layer.center) learned.push({ name: 'beta', shape })
      return [...learned, { name: 'moving_mean', shape }, { name: 'moving_variance', shape }]
    }
    case 'maxPooling1d':
    case 'dropout':
    case 'flatten':
      return []
  }
}

/**
 * Shapes between the layers: element i is the input of layer i, the last one the output of the network.
 *
 * @throws {ModelFormatError} when a layer does not fit its input or the output is not one detection score
 */
export function layerShapes(architecture: Architecture): Shape[] {
  const shapes = [architecture.input]
  let shape = architecture.input
  let isFlat = false
  for (const layer of architecture.layers) {
    if (isFlat && (layer.kind === 'conv1d' || layer.kind === 'maxPooling1d')) {
      throw layerError(layer.name, 'a [rows, channels] input', `a flat input of ${shape.channels}`)
    }
    isFlat ||= layer.kind === 'flatten'
    shape = outputShape(layer, shape)
    shapes.push(shape)
  }
  outputKind(architecture, shape)
  return shapes
}

/**
 * How the network says "earthquake": one unit (`sigmoid`, or `linear` = the logit) or two units with softmax, [noise, earthquake].
 *
 * @throws {ModelFormatError} for any other output
 */
export function outputKind(architecture: Architecture, output: Shape): 'single' | 'pair' {
  const last = architecture.layers.findLast((layer) => layer.kind === 'dense' || layer.kind === 'conv1d')
  const lastNamed = architecture.layers.at(-1)?.name ?? '(none)'
  if (last === undefined) throw layerError(lastNamed, 'a dense or conv1d layer before the output', 'none')
  const early = architecture.layers.find((layer) => layer !== last && 'activation' in layer && layer.activation === 'softmax')
  if (early !== undefined) throw layerError(early.name, 'softmax in the last layer only', 'softmax before it')
  const size = output.rows * output.channels
  const after = architecture.layers.slice(architecture.layers.indexOf(last) + 1)
  if (after.some((layer) => layer.kind === 'batchNormalization' || layer.kind === 'maxPooling1d')) {
    throw layerError(lastNamed, 'a dense or conv1d layer at the end', after.map((layer) => layer.kind).join(', '))
  }
  if (size === 1 && (last.activation === 'sigmoid' || last.activation === 'linear')) return 'single'
  if (size === 2 && output.rows === 1 && last.activation === 'softmax') return 'pair'
  throw layerError(last.name, '1 output with sigmoid or linear, or 2 with softmax', `${size} with ${last.activation}`)
}

/** Rows of zeros that TensorFlow's `same` adds before the first row (and after the last) of a convolution or pooling. */
export function samePadding(rows: number, kernelSize: number, strides: number): { before: number; after: number } {
  const total = Math.max(0, (Math.ceil(rows / strides) - 1) * strides + kernelSize - rows)
  const before = Math.floor(total / 2)
  return { before, after: total - before }
}

export function parameterCount(architecture: Architecture): number {
  const shapes = layerShapes(architecture)
  return architecture.layers
    .flatMap((layer, i) => weightSpecs(layer, shapes[i]!))
    .reduce((sum, spec) => sum + sizeOf(spec.shape), 0)
}

/**
 * @returns the same network, its weights counted
 * @throws {ModelFormatError} naming the first layer whose arrays are not as many, as long or as finite as they must be
 */
export function checkNetwork(network: Network): Network {
  const shapes = layerShapes(network)
  network.layers.forEach((layer, i) => {
    const specs = weightSpecs(layer, shapes[i]!)
    const arrays = network.weights[i] ?? []
    if (arrays.length !== specs.length) {
      throw layerError(layer.name, `${specs.length} weight arrays (${specs.map((s) => s.name).join(', ')})`, `${arrays.length}`)
    }
    specs.forEach((spec, k) => {
      const array = arrays[k]!
      const size = sizeOf(spec.shape)
      if (array.length !== size) {
        throw layerError(layer.name, `${size} values of ${spec.name} [${spec.shape}]`, `${array.length}`)
      }
      const bad = array.findIndex((value) => !Number.isFinite(value))
      if (bad >= 0) throw layerError(layer.name, `finite values in ${spec.name}`, `${array[bad]} at index ${bad}`)
    })
  })
  return network
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function layerError(layer: string, expected: string, got: string): ModelFormatError {
  return new ModelFormatError(`layer "${layer}": expected ${expected}, got ${got}`, { layer, expected, got })
}

function withBias(kernel: WeightSpec, useBias: boolean): WeightSpec[] {
  return useBias ? [kernel, { name: 'bias', shape: [kernel.shape.at(-1)!] }] : [kernel]
}

function outputShape(layer: Layer, input: Shape): Shape {
  switch (layer.kind) {
    case 'conv1d':
      return {
        rows: slidingRows(layer.name, input.rows, layer.kernelSize, layer.strides, layer.padding),
        channels: layer.filters,
      }
    case 'maxPooling1d':
      return { rows: slidingRows(layer.name, input.rows, layer.poolSize, layer.strides, layer.padding), channels: input.channels }
    case 'dense':
      return { rows: input.rows, channels: layer.units }
    case 'flatten':
      return { rows: 1, channels: input.rows * input.channels }
    case 'batchNormalization':
    case 'dropout':
      return input
  }
}

function slidingRows(layer: string, rows: number, size: number, strides: number, padding: Padding): number {
  if (padding === 'same') return Math.ceil(rows / strides)
  if (rows < size) throw layerError(layer, `at least ${size} input rows (padding valid)`, `${rows}`)
  return Math.floor((rows - size) / strides) + 1
}
