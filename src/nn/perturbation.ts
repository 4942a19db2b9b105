import type { Random } from './random.ts'

/** Part of the blocks that is removed at each step. */
export const REMOVED_PARTS: readonly number[] = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1]

/** Rows of one block: single samples would leave a jagged trace that no network has ever seen. */
const BLOCK_ROWS = 5

/** Blocks of a window: `BLOCK_ROWS` rows of one channel; a last shorter one per channel. */
export class WindowBlocks {
  readonly count: number
  readonly #rows: number
  readonly #channels: number
  readonly #perChannel: number

  constructor(rows: number, channels: number) {
    this.#rows = rows
    this.#channels = channels
    this.#perChannel = Math.ceil(rows / BLOCK_ROWS)
    this.count = this.#perChannel * channels
  }

  /** @returns sum of the values of each block */
  sums(values: Float32Array): Float64Array {
    const sums = new Float64Array(this.count)
    for (let block = 0; block < this.count; block++) this.#each(block, (i) => (sums[block]! += values[i]!))
    return sums
  }

  /** Sets a block to zero, the mean of every preprocessed window. */
  remove(window: Float32Array, block: number): void {
    this.#each(block, (i) => (window[i] = 0))
  }

  #each(block: number, visit: (index: number) => void): void {
    const channel = Math.floor(block / this.#perChannel)
    const from = (block % this.#perChannel) * BLOCK_ROWS
    for (let row = from; row < Math.min(this.#rows, from + BLOCK_ROWS); row++) visit(row * this.#channels + channel)
  }
}

/** Blocks with the largest value first; ties by place. */
export function largestFirst(values: Float64Array): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b)
}

export function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}

/**
 * Windows in which the first blocks of an order are removed, one for each of `REMOVED_PARTS`.
 *
 * @param order of the blocks, first removed first
 * @returns row-major [REMOVED_PARTS, rows, channels]
 */
export function perturbedWindows(window: Float32Array, blocks: WindowBlocks, order: readonly number[]): Float32Array {
  const all = new Float32Array(REMOVED_PARTS.length * window.length)
  const current = window.slice()
  let removed = 0
  REMOVED_PARTS.forEach((part, step) => {
    const until = Math.round(part * blocks.count)
    for (; removed < until; removed++) blocks.remove(current, order[removed]!)
    all.set(current, step * window.length)
  })
  return all
}

/**
 * How far the logit falls on average while blocks go, the number by which orders compare: the larger, the better the order found
 * what the network looked at. (Area over the perturbation curve: Samek et al. 2017, IEEE TNNLS 28.)
 *
 * @param logits one per step of `REMOVED_PARTS`
 */
export function areaOverCurve(logits: ArrayLike<number>): number {
  let area = 0
  for (let step = 1; step < REMOVED_PARTS.length; step++) {
    const drop = logits[0]! - (logits[step]! + logits[step - 1]!) / 2
    area += drop * (REMOVED_PARTS[step]! - REMOVED_PARTS[step - 1]!)
  }
  return area
}
