import { type BatchNormalizationLayer, type Layer, layerShapes, type Network, outputKind } from './network.ts'
import { scaleAndShift } from './normalisation-step.ts'
import type { RelevanceRule } from './relevance-rule.ts'
import type { RuleView } from './relevance-step.ts'

/**
 * How a rule sees each layer; undefined for those without contributions to weigh up, which pass relevance on as it is (max pooling:
 * to the largest value).
 *
 * - Batch normalisation right behind a linear layer is part of it: scale and shift become the layer's. Elsewhere each of its outputs
 *   has one input, as in an activation function, and so all relevance.
 * - Of two outputs with softmax the logit is the difference: the second unit gets the difference of the weights, the first nothing.
 */
export function ruleViews(network: Network, rule: RelevanceRule): (RuleView | undefined)[] {
  const last = network.layers.findLastIndex((layer) => 'activation' in layer)
  const isPair = outputKind(network, layerShapes(network).at(-1)!) === 'pair'
  let isSigned = true
  return network.layers.map((layer, i) => {
    const isInputSigned = isSigned
    isSigned = canBeNegative(layer, isSigned)
    if (layer.kind !== 'conv1d' && layer.kind !== 'dense') return undefined
    const weights = i === last && isPair ? differenceOf(network.weights[i]!) : normalised(network, i)
    return { rule, weights, isSigned: isInputSigned }
  })
}

function canBeNegative(layer: Layer, isInputSigned: boolean): boolean {
  if ('activation' in layer) return layer.activation === 'linear'
  return layer.kind === 'batchNormalization' || isInputSigned
}

/** [noise, earthquake] → [0, earthquake − noise] in the last dimension of every array. */
function differenceOf(weights: readonly Float32Array[]): Float32Array[] {
  return weights.map((array) => array.map((value, i) => (i % 2 === 0 ? 0 : value - array[i - 1]!)))
}

function normalised(network: Network, index: number): readonly Float32Array[] {
  const layer = network.layers[index]!
  const weights = network.weights[index]!
  if (!('activation' in layer) || layer.activation !== 'linear') return weights
  const offset = network.layers.slice(index + 1).findIndex(({ kind }) => kind !== 'dropout')
  const next = network.layers[index + 1 + offset]
  if (offset < 0 || next?.kind !== 'batchNormalization') return weights
  return folded(weights, next, network.weights[index + 1 + offset]!)
}

function folded(weights: readonly Float32Array[], layer: BatchNormalizationLayer, statistics: readonly Float32Array[]) {
  const [kernel = new Float32Array(0), bias] = weights
  const { scale, shift } = scaleAndShift(layer, statistics)
  const outputs = scale.length
  return [
    kernel.map((value, i) => value * scale[i % outputs]!),
    Float32Array.from(shift, (value, o) => (bias?.[o] ?? 0) * scale[o]! + value),
  ]
}
