import { type Arena, BYTES_PER_FLOAT } from './tensor.ts'

/** Output channels that the kernels compute together. */
const BLOCK = 8
/** And where terms and outputs are multiples of it; see `affine`. */
const WIDE_BLOCK = 32
/** In place of a source index: this value is zero. */
export const NOTHING = -1

export function wholeBlocks(channels: number): number {
  return Math.ceil(channels / BLOCK) * BLOCK
}

/**
 * A [terms, outputs] matrix as the kernels read it, [block][term][8] or [block][term][32]; the rest of the last block is zero. Training packs all
 * weights again after every step, so the order is worked out once.
 */
export class PackedMatrix {
  readonly terms: number
  readonly offset: number
  /** Index in the source of every packed value, or NOTHING. */
  readonly #order: Int32Array

  /** @param sourceIndex where the source has the value of a term and an output, or NOTHING */
  constructor(arena: Arena, terms: number, outputs: number, sourceIndex: (term: number, output: number) => number) {
    this.terms = terms
    this.#order = new Int32Array(terms * wholeBlocks(outputs))
    this.offset = arena.allocate(this.#order.length)
    const block = terms % WIDE_BLOCK === 0 && outputs % WIDE_BLOCK === 0 ? WIDE_BLOCK : BLOCK
    this.#order.forEach((_, i) => {
      const output = Math.floor(i / (terms * block)) * block + (i % block)
      const term = Math.floor(i / block) % terms
      this.#order[i] = output < outputs ? sourceIndex(term, output) : NOTHING
    })
  }

  load(memory: Float32Array, source: Float32Array): void {
    const at = this.offset / BYTES_PER_FLOAT
    for (let i = 0; i < this.#order.length; i++) {
      const index = this.#order[i]!
      memory[at + i] = index === NOTHING ? 0 : source[index]!
    }
  }
}
