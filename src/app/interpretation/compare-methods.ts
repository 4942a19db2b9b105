import type { BuiltinEngine } from '../../nn/builtin-engine.ts'
import type { Network } from '../../nn/network.ts'
import { areaOverCurve, largestFirst, perturbedWindows, REMOVED_PARTS, shuffled, WindowBlocks } from '../../nn/perturbation.ts'
import { Random } from '../../nn/random.ts'
import { Relevance } from '../../nn/relevance.ts'
import type { RelevanceOptions } from '../../nn/relevance-rule.ts'

/** Mean logit while the blocks that a method finds most relevant are removed. */
export interface PerturbationCurve {
  readonly method: string
  /** One per step of `REMOVED_PARTS`. */
  readonly logits: readonly number[]
  /** See `areaOverCurve`; 0 for a method that finds nothing. */
  readonly area: number
}

/** What says how relevant each sample of a window is. */
type Ranking = (window: Float32Array) => Float32Array

const METHODS: readonly (readonly [string, RelevanceOptions])[] = [
  ['LRP β = 0', { beta: 0 }],
  ['LRP β = 0.5', { beta: 0.5 }],
  ['LRP β = 1', { beta: 1 }],
  ['LRP β = 2', { beta: 2 }],
  ['LRP β = −1', { beta: -1 }],
  ['LRP ε', { method: 'epsilon' }],
  ['input × gradient', { method: 'input-gradient' }],
]

const RANDOM_SEED = 1

/**
 * Compares methods by a number: blocks of a quarter of a second of one component go in the order of their relevance, and the logit
 * should fall fast. `|gradient|`, `|amplitude|` and a random order are there to be beaten.
 *
 * @param windows preprocessed; those in which the network sees an earthquake
 */
export function compareMethods(
  network: Network,
  wasm: Uint8Array,
  engine: BuiltinEngine,
  windows: readonly Float32Array[],
  onProgress: (share: number) => void,
): PerturbationCurve[] {
  const { rows, channels } = network.input
  const blocks = new WindowBlocks(rows, channels)
  const random = new Random(RANDOM_SEED)
  const gradient = new Relevance(network, wasm, { method: 'gradient' })
  const byValue = (ranking: Ranking) => (window: Float32Array) => largestFirst(blocks.sums(ranking(window)))
  const orders: [string, (window: Float32Array) => readonly number[]][] = [
    ...METHODS.map(([name, options]): [string, (window: Float32Array) => readonly number[]] => {
      const relevance = new Relevance(network, wasm, options)
      return [name, byValue((window) => relevance.maps(window, 1).relevance)]
    }),
    ['|gradient|', byValue((window) => gradient.maps(window, 1).relevance.map(Math.abs))],
    ['|amplitude|', byValue((window) => window.map(Math.abs))],
    ['random', () => shuffled(blocks.count, random)],
  ]
  return orders.map(([method, orderOf], i) => {
    const sums = new Float64Array(REMOVED_PARTS.length)
    for (const window of windows) {
      const logits = engine.logits(perturbedWindows(window, blocks, orderOf(window)), REMOVED_PARTS.length)
      for (let step = 0; step < sums.length; step++) sums[step]! += logits[step]!
    }
    onProgress((i + 1) / orders.length)
    const logits = Array.from(sums, (sum) => sum / Math.max(1, windows.length))
    return { method, logits, area: areaOverCurve(logits) }
  })
}
