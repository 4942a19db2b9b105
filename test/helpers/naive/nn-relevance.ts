import { type Layer, layerShapes, type Network, type Shape } from '../../../src/nn/network.ts'
import type { BiasMode } from '../../../src/nn/relevance-rule.ts'
import { naiveForward, paddingBefore } from './nn-forward.ts'

const STABILISER = 1e-6

export interface NaiveRule {
  /** Undefined: the ε-rule. */
  readonly beta?: number
  readonly bias: BiasMode
}

/** One z_ij: what input i contributes to an output. */
interface Contribution {
  readonly input: number
  readonly z: number
}

/**
 * Layer-wise relevance propagation from the definition, in double precision: every z_ij of every layer is written down, then handed
 * out one output at a time. Element i is the relevance in front of layer i, flat; the last one is what was handed out.
 */
export function naiveRelevance(original: Network, input: ArrayLike<number>, rule: NaiveRule, start = 1): number[][] {
  const network = withSingleLogit(withFoldedNormalisation(original))
  const shapes = layerShapes(original)
  const values = naiveForward(network, input, network.weights).map((rows) => rows.flat())
  const isPair = original.layers.findLast((layer) => 'activation' in layer)?.activation === 'softmax'
  const relevance: number[][] = Array.from(network.layers, () => [])
  relevance.push(isPair ? [0, start] : [start])
  for (let i = network.layers.length - 1; i >= 0; i--) {
    relevance[i] = handOn(
      network.layers[i]!,
      values[i]!,
      network.weights[i]!,
      [shapes[i]!, shapes[i + 1]!],
      relevance[i + 1]!,
      rule,
    )
  }
  return relevance
}

function handOn(
  layer: Layer,
  x: number[],
  weights: readonly ArrayLike<number>[],
  shapes: readonly [Shape, Shape],
  behind: number[],
  rule: NaiveRule,
): number[] {
  if (layer.kind === 'maxPooling1d') return toTheLargest(layer, x, shapes, behind)
  if (layer.kind !== 'conv1d' && layer.kind !== 'dense') return behind
  const front = x.map(() => 0)
  const bias = weights[1]
  behind.forEach((amount, j) => {
    const contributions = contributionsTo(layer, j, x, weights[0]!, shapes)
    const b = rule.bias === 'include' ? (bias?.[j % shapes[1].channels] ?? 0) : 0
    const shares = rule.beta === undefined ? epsilonShares(contributions, b) : betaShares(contributions, b, rule.beta, rule.bias)
    contributions.forEach(({ input }, k) => {
      front[input]! += shares[k]! * amount
    })
  })
  return front
}

/** R_i / R_j = z_ij / (Σ_i z_ij + b). */
function epsilonShares(contributions: Contribution[], bias: number): number[] {
  const sum = total(contributions) + bias
  return contributions.map(({ z }) => z / stable(sum))
}

/** R_i / R_j = (1 + β) z⁺_ij / (Σ_i z⁺_ij + b⁺) − β z⁻_ij / (Σ_i z⁻_ij + b⁻). */
function betaShares(contributions: Contribution[], bias: number, beta: number, mode: BiasMode): number[] {
  const positive = total(contributions.filter(({ z }) => z > 0)) + Math.max(bias, 0)
  const negative = total(contributions.filter(({ z }) => z < 0)) + Math.min(bias, 0)
  if (mode === 'repair' && (positive === 0 || negative === 0)) return oneSidedShares(contributions, positive + negative, beta)
  return contributions.map(
    ({ z }) => ((1 + beta) * Math.max(z, 0)) / stable(positive) - (beta * Math.min(z, 0)) / stable(negative),
  )
}

/** All of it to the only side there is, unless the rule gives that side nothing. */
function oneSidedShares(contributions: Contribution[], sum: number, beta: number): number[] {
  const factor = sum > 0 ? 1 + beta : -beta
  if (factor === 0 || sum === 0) return contributions.map(() => 0)
  return contributions.map(({ z }) => (factor * z) / (factor * sum + STABILISER * Math.sign(factor * sum)))
}

function contributionsTo(
  layer: Layer & { kind: 'conv1d' | 'dense' },
  output: number,
  x: number[],
  kernel: ArrayLike<number>,
  [input, { channels: outputs }]: readonly [Shape, Shape],
): Contribution[] {
  const row = Math.floor(output / outputs)
  const { kernelSize, strides, padding } =
    layer.kind === 'conv1d' ? layer : ({ kernelSize: 1, strides: 1, padding: 'valid' } as const)
  const first = row * strides - paddingBefore(input.rows, kernelSize, strides, padding)
  const contributions: Contribution[] = []
  for (let tap = 0; tap < kernelSize; tap++) {
    if (first + tap < 0 || first + tap >= input.rows) continue
    for (let channel = 0; channel < input.channels; channel++) {
      const i = (first + tap) * input.channels + channel
      contributions.push({ input: i, z: x[i]! * kernel[(tap * input.channels + channel) * outputs + (output % outputs)]! })
    }
  }
  return contributions
}

function toTheLargest(
  layer: Layer & { kind: 'maxPooling1d' },
  x: number[],
  [input, { channels }]: readonly [Shape, Shape],
  behind: number[],
): number[] {
  const front = x.map(() => 0)
  const before = paddingBefore(input.rows, layer.poolSize, layer.strides, layer.padding)
  behind.forEach((amount, j) => {
    const first = Math.floor(j / channels) * layer.strides - before
    const rows = Array.from({ length: layer.poolSize }, (_, k) => first + k).filter((row) => row >= 0 && row < input.rows)
    const candidates = rows.map((row) => row * channels + (j % channels))
    const largest = Math.max(...candidates.map((i) => x[i]!))
    front[candidates.find((i) => x[i] === largest)!]! += amount
  })
  return front
}

/** A normalisation behind a linear layer becomes part of it and passes on what it gets. */
function withFoldedNormalisation(network: Network): Network {
  const layers = [...network.layers]
  const weights = network.weights.map((arrays) => arrays.map((array) => Array.from(array)))
  layers.forEach((layer, i) => {
    const target = layers.findLastIndex((earlier, k) => k < i && earlier.kind !== 'dropout')
    const into = layers[target]
    if (layer.kind !== 'batchNormalization' || into === undefined) return
    if (!('activation' in into) || into.activation !== 'linear') return
    const statistics = [...weights[i]!]
    const gamma = layer.scale ? statistics.shift() : undefined
    const beta = layer.center ? statistics.shift() : undefined
    const [mean, variance] = statistics
    const scale = mean!.map((_, c) => (gamma?.[c] ?? 1) / Math.sqrt(variance![c]! + layer.epsilon))
    const [kernel, bias] = weights[target]!
    weights[target] = [
      kernel!.map((value, k) => value * scale[k % scale.length]!),
      scale.map((factor, c) => ((bias?.[c] ?? 0) - mean![c]!) * factor + (beta?.[c] ?? 0)),
    ]
    weights[i] = []
    layers[i] = { kind: 'dropout', name: layer.name, rate: 0 }
  })
  return { ...network, layers, weights: weights as unknown as Network['weights'] }
}

/** Of two softmax outputs the second becomes the logit, their difference. */
function withSingleLogit(network: Network): Network {
  const last = network.layers.findLastIndex((layer) => 'activation' in layer)
  const layer = network.layers[last]!
  if (!('activation' in layer) || layer.activation !== 'softmax') return network
  const weights = network.weights[last]!.map((array) =>
    Array.from(array, (value, k) => (k % 2 === 0 ? 0 : value - array[k - 1]!)),
  )
  return { ...network, weights: network.weights.with(last, weights as unknown as Float32Array[]) }
}

function stable(sum: number): number {
  return sum >= 0 ? sum + STABILISER : sum - STABILISER
}

function total(contributions: Contribution[]): number {
  return contributions.reduce((sum, { z }) => sum + z, 0)
}
