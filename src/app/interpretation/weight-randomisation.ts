import { initialise } from '../../nn/initialise.ts'
import type { Network } from '../../nn/network.ts'
import { Relevance } from '../../nn/relevance.ts'
import type { RelevanceOptions } from '../../nn/relevance-rule.ts'

/** How much of the maps is left when the network has forgotten what it learned, from the output down to `layer`. */
export interface RandomisedStep {
  /** '' : nothing is randomised. */
  readonly layer: string
  /** Mean Spearman correlation of |relevance| with that of the trained network: 1 the same, 0 nothing in common. */
  readonly correlation: number
  /** The same between |relevance| and |amplitude|: what a map would have that only traces the waveform. */
  readonly amplitudeCorrelation: number
}

const SEED = 1

/**
 * A map that explains the network must change when the network is another (Adebayo et al. 2018, NeurIPS, "cascading
 * randomisation"). Layers get fresh initial weights, one after the other, from the output to the input.
 *
 * @param windows preprocessed
 */
export function randomiseWeights(
  network: Network,
  wasm: Uint8Array,
  windows: readonly Float32Array[],
  options: RelevanceOptions,
): RandomisedStep[] {
  const fresh = initialise(network, SEED).weights
  const trained = windows.map(rankMaps(network, wasm, options))
  const amplitudes = windows.map(ranks)
  const layers = network.layers.flatMap(({ name }, i) => (network.weights[i]!.length > 0 ? [{ name, i }] : [])).reverse()
  let weights = network.weights
  return [undefined, ...layers].map((layer) => {
    if (layer) weights = weights.map((arrays, i) => (i === layer.i ? fresh[i]! : arrays))
    const maps = windows.map(rankMaps({ ...network, weights }, wasm, options))
    return {
      layer: layer?.name ?? '',
      correlation: mean(maps.map((map, w) => correlation(map, trained[w]!))),
      amplitudeCorrelation: mean(maps.map((map, w) => correlation(map, amplitudes[w]!))),
    }
  })
}

function rankMaps(network: Network, wasm: Uint8Array, options: RelevanceOptions): (window: Float32Array) => Float64Array {
  const relevance = new Relevance(network, wasm, options)
  return (window) => ranks(relevance.maps(window, 1).relevance)
}

/** Ranks of absolute values; equal ones share their mean rank. */
function ranks(values: Float32Array): Float64Array {
  const sizes = values.map(Math.abs)
  const order = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]!)
  const ranked = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && sizes[order[to]!] === sizes[order[from]!]) to++
    for (let i = from; i < to; i++) ranked[order[i]!] = (from + to - 1) / 2
    from = to
  }
  return ranked
}

/** Pearson's; 0 when one of them does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  const meanA = mean(a)
  const meanB = mean(b)
  let product = 0
  let powerA = 0
  let powerB = 0
  for (let i = 0; i < a.length; i++) {
    product += (a[i]! - meanA) * (b[i]! - meanB)
    powerA += (a[i]! - meanA) ** 2
    powerB += (b[i]! - meanB) ** 2
  }
  const size = Math.sqrt(powerA * powerB)
  return size > 0 ? product / size : 0
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return values.length === 0 ? 0 : sum / values.length
}
