/**
 * The newest rows of something that is sampled on a grid, by absolute index. Rows that never came are NaN.
 */
export class Ring {
  readonly capacity: number
  readonly columns: number
  readonly #values: Float32Array
  /** Index after the newest row; NaN before the first. */
  end = Number.NaN

  constructor(capacity: number, columns: number) {
    this.capacity = capacity
    this.columns = columns
    this.#values = new Float32Array(capacity * columns).fill(Number.NaN)
  }

  /** @param rows row-major [n, stride], the first one at `index`; of each its first columns are kept */
  write(index: number, rows: ArrayLike<number>, stride = this.columns): void {
    const count = rows.length / stride
    const isFarAway = !(Math.abs(index - this.end) < this.capacity)
    if (isFarAway) this.#values.fill(Number.NaN)
    // What lies between the newest row and this one did not come (yet).
    else for (let missing = this.end; missing < index; missing++) this.#set(missing, undefined, 0)
    for (let row = 0; row < count; row++) this.#set(index + row, rows, row * stride)
    this.end = isFarAway ? index + count : Math.max(this.end, index + count)
  }

  at(index: number, column: number): number {
    if (!(index < this.end && index >= this.end - this.capacity)) return Number.NaN
    return this.#values[(index % this.capacity) * this.columns + column] as number
  }

  #set(index: number, rows: ArrayLike<number> | undefined, first: number): void {
    const offset = (index % this.capacity) * this.columns
    for (let column = 0; column < this.columns; column++) {
      this.#values[offset + column] = rows ? (rows[first + column] as number) : Number.NaN
    }
  }
}
