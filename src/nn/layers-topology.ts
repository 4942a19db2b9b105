import { ModelFormatError } from '../domain/errors.ts'
import { type Activation, type Architecture, type Layer, layerError, type Padding, type Shape } from './network.ts'

const SUPPORTED = 'one of Conv1D, MaxPooling1D, BatchNormalization, Dropout, Flatten, Dense'
const KERAS_VERSION = 'tfjs-layers 4.22.0'
const DEFAULT_EPSILON = 1e-3

type Config = Readonly<Record<string, unknown>>

/**
 * Reads the Keras 2 topology of a Sequential model, as TensorFlow.js and Keras write it.
 *
 * @throws {ModelFormatError} naming the first layer that is not supported as it is configured
 */
export function parseTopology(topology: unknown): Architecture {
  const wrapped = asConfig(topology)
  const model = asConfig(wrapped.model_config ?? wrapped)
  if (model.class_name !== 'Sequential') {
    throw new ModelFormatError(`model.json: expected class_name Sequential, got ${show(model.class_name)}`)
  }
  const config = model.config
  const entries = Array.isArray(config) ? config : asConfig(config).layers
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new ModelFormatError(`model.json: expected a list of layers, got ${show(entries)}`)
  }
  const name = asConfig(config).name
  const layers = entries.filter((entry) => entry?.class_name !== 'InputLayer').map(parseLayer)
  const repeated = layers.find((layer, i) => layers.findIndex((other) => other.name === layer.name) !== i)
  if (repeated !== undefined) throw layerError(repeated.name, 'a name of its own', 'the same name twice')
  return { name: typeof name === 'string' ? name : 'sequential', input: inputShape(entries[0]), layers }
}

/** Keras 2 topology that `tf.loadLayersModel` and Keras understand. */
export function serialiseTopology({ name, input, layers }: Architecture): object {
  const entries = layers.map((layer, i) => {
    const { className, config } = serialiseLayer(layer)
    const first = i === 0 ? { batch_input_shape: [null, input.rows, input.channels], dtype: 'float32' } : {}
    return { class_name: className, config: { name: layer.name, trainable: true, ...first, ...config } }
  })
  return { class_name: 'Sequential', config: { name, layers: entries }, keras_version: KERAS_VERSION, backend: 'tensor_flow.js' }
}

function parseLayer(entry: unknown, index: number): Layer {
  const { class_name: className, config: rawConfig } = asConfig(entry)
  const config = asConfig(rawConfig)
  const name = typeof config.name === 'string' ? config.name : `layer ${index + 1}`
  const only = (key: string, ...allowed: unknown[]) => requireOneOf(name, config, key, allowed)
  switch (className) {
    case 'Conv1D':
      only('data_format', 'channels_last', null)
      only('groups', 1)
      if (integer(name, config, 'dilation_rate', 1) !== 1) throw layerError(name, 'dilation_rate 1', show(config.dilation_rate))
      return {
        kind: 'conv1d',
        name,
        filters: integer(name, config, 'filters'),
        kernelSize: integer(name, config, 'kernel_size'),
        strides: integer(name, config, 'strides', 1),
        padding: paddingOf(name, config),
        activation: activationOf(name, config),
        useBias: flag(name, config, 'use_bias'),
      }
    case 'MaxPooling1D': {
      only('data_format', 'channels_last', null)
      const poolSize = integer(name, config, 'pool_size', 2)
      const strides = integer(name, config, 'strides', poolSize)
      return { kind: 'maxPooling1d', name, poolSize, strides, padding: paddingOf(name, config) }
    }
    case 'BatchNormalization': {
      const axis = Array.isArray(config.axis) ? config.axis[0] : (config.axis ?? -1)
      if (![-1, 1, 2].includes(axis)) throw layerError(name, 'axis -1 (channels)', show(config.axis))
      const epsilon = config.epsilon ?? DEFAULT_EPSILON
      if (typeof epsilon !== 'number' || !(epsilon > 0)) throw layerError(name, 'epsilon > 0', show(epsilon))
      return {
        kind: 'batchNormalization',
        name,
        epsilon,
        center: flag(name, config, 'center'),
        scale: flag(name, config, 'scale'),
      }
    }
    case 'Dropout': {
      const rate = config.rate
      if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) throw layerError(name, 'rate from 0 to below 1', show(rate))
      only('noise_shape', null)
      return { kind: 'dropout', name, rate }
    }
    case 'Flatten':
      only('data_format', 'channels_last', null)
      return { kind: 'flatten', name }
    case 'Dense':
      return {
        kind: 'dense',
        name,
        units: integer(name, config, 'units'),
        activation: activationOf(name, config),
        useBias: flag(name, config, 'use_bias'),
      }
    default:
      throw layerError(name, SUPPORTED, show(className))
  }
}

function inputShape(firstEntry: unknown): Shape {
  const config = asConfig(asConfig(firstEntry).config)
  const shape = config.batch_input_shape ?? config.batch_shape
  const name = typeof config.name === 'string' ? config.name : 'layer 1'
  if (!Array.isArray(shape) || shape.length !== 3 || !isCount(shape[1]) || !isCount(shape[2])) {
    throw layerError(name, 'batch_input_shape [null, rows, channels]', show(shape))
  }
  return { rows: shape[1], channels: shape[2] }
}

function serialiseLayer(layer: Layer): { className: string; config: object } {
  switch (layer.kind) {
    case 'conv1d':
      return {
        className: 'Conv1D',
        config: {
          filters: layer.filters,
          kernel_size: [layer.kernelSize],
          strides: [layer.strides],
          padding: layer.padding,
          data_format: 'channels_last',
          dilation_rate: [1],
          activation: layer.activation,
          use_bias: layer.useBias,
        },
      }
    case 'maxPooling1d':
      return {
        className: 'MaxPooling1D',
        config: { pool_size: [layer.poolSize], strides: [layer.strides], padding: layer.padding, data_format: 'channels_last' },
      }
    case 'batchNormalization':
      return {
        className: 'BatchNormalization',
        config: { axis: -1, epsilon: layer.epsilon, center: layer.center, scale: layer.scale },
      }
    case 'dropout':
      return { className: 'Dropout', config: { rate: layer.rate, noise_shape: null, seed: null } }
    case 'flatten':
      return { className: 'Flatten', config: { data_format: 'channels_last' } }
    case 'dense':
      return {
        className: 'Dense',
        config: { units: layer.units, activation: layer.activation, use_bias: layer.useBias },
      }
  }
}

/** A whole number, or a list of one, ≥ 1. */
function integer(layer: string, config: Config, key: string, fallback?: number): number {
  const raw = config[key] ?? fallback
  const value = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw
  if (!isCount(value)) throw layerError(layer, `${key} to be a whole number ≥ 1`, show(raw))
  return value
}

function paddingOf(layer: string, config: Config): Padding {
  const padding = config.padding ?? 'valid'
  if (padding !== 'same' && padding !== 'valid') throw layerError(layer, 'padding same or valid', show(padding))
  return padding
}

function activationOf(layer: string, config: Config): Activation {
  const activation = config.activation ?? 'linear'
  if (activation !== 'linear' && activation !== 'relu' && activation !== 'sigmoid' && activation !== 'softmax') {
    throw layerError(layer, 'activation relu, linear, sigmoid or softmax', show(activation))
  }
  return activation
}

function flag(layer: string, config: Config, key: string): boolean {
  const value = config[key] ?? true
  if (typeof value !== 'boolean') throw layerError(layer, `${key} true or false`, show(value))
  return value
}

/** A missing key stands for Keras' default, which is always among the allowed. */
function requireOneOf(layer: string, config: Config, key: string, allowed: readonly unknown[]): void {
  const value = config[key]
  if (value !== undefined && !allowed.includes(value)) throw layerError(layer, `${key} ${show(allowed[0])}`, show(value))
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1
}

function asConfig(value: unknown): Config {
  return typeof value === 'object' && value !== null ? (value as Config) : {}
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}
