/** Rows per block: a minute of samples at 20 Hz. */
const BLOCK_ROWS = 1200

/**
 * Rows of something that is sampled on a grid, by absolute index, from anywhere in time: what is live and what was fetched from the
 * store lie in the same place. Rows that never came are NaN.
 */
export class SampleBlocks {
  readonly columns: number
  readonly #blocks = new Map<number, Float32Array>()
  /** Index after the newest live row; NaN before the first. */
  end = Number.NaN
  /** Grows with every change: whoever made something of the rows sees that it is old. */
  version = 0

  constructor(columns: number) {
    this.columns = columns
  }

  /**
   * Live rows. When time jumps back by more than a block, what lay ahead is forgotten: a clock was set right.
   *
   * @param rows row-major [n, columns], the first one at `index`
   */
  append(index: number, rows: ArrayLike<number>): void {
    const after = index + rows.length / this.columns
    if (after < this.end - BLOCK_ROWS) {
      for (const block of this.#blocks.keys()) if (block * BLOCK_ROWS >= after) this.#blocks.delete(block)
      this.end = after
    }
    this.write(index, rows)
    this.end = Number.isNaN(this.end) ? after : Math.max(this.end, after)
  }

  /** Rows from the store; `end` stays. @param rows row-major [n, columns], the first one at `index` */
  write(index: number, rows: ArrayLike<number>): void {
    this.version++
    const { columns } = this
    const count = rows.length / columns
    for (let row = 0; row < count; ) {
      const number = Math.floor((index + row) / BLOCK_ROWS)
      const first = index + row - number * BLOCK_ROWS
      const taken = Math.min(count - row, BLOCK_ROWS - first)
      const block = this.#block(number)
      for (let k = 0; k < taken * columns; k++) block[first * columns + k] = rows[row * columns + k] as number
      row += taken
    }
  }

  at(index: number, column: number): number {
    const number = Math.floor(index / BLOCK_ROWS)
    const block = this.#blocks.get(number)
    return block ? (block[(index - number * BLOCK_ROWS) * this.columns + column] as number) : Number.NaN
  }

  /** Values of one column at [from, from + out.length), NaN where there is none. */
  copy(from: number, column: number, out: Float32Array): void {
    const { columns } = this
    for (let at = 0; at < out.length; ) {
      const number = Math.floor((from + at) / BLOCK_ROWS)
      const first = from + at - number * BLOCK_ROWS
      const taken = Math.min(out.length - at, BLOCK_ROWS - first)
      const block = this.#blocks.get(number)
      if (!block) out.fill(Number.NaN, at, at + taken)
      else for (let i = 0; i < taken; i++) out[at + i] = block[(first + i) * columns + column] as number
      at += taken
    }
  }

  /** Forgets blocks that lie outside [from, to) altogether. */
  keep(from: number, to: number): void {
    for (const number of this.#blocks.keys()) {
      if ((number + 1) * BLOCK_ROWS <= from || number * BLOCK_ROWS >= to) this.#blocks.delete(number)
    }
  }

  #block(number: number): Float32Array {
    const known = this.#blocks.get(number)
    if (known) return known
    const block = new Float32Array(BLOCK_ROWS * this.columns).fill(Number.NaN)
    this.#blocks.set(number, block)
    return block
  }
}
