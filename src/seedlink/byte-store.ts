/** Capacity kept while nothing unusual is held, bytes. */
const USUAL_CAPACITY = 16 * 1024

/**
 * The unfinished bytes between two chunks of a connection. Grows by doubling with what really arrived (never with what a
 * length field announces), moves the rest to the front instead of reallocating, and gives an unusually large area back.
 */
export class ByteStore {
  #area = new Uint8Array(USUAL_CAPACITY)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The area itself; only the first `length` bytes mean anything. Valid until the next `append` or `drop`. */
  get area(): Uint8Array {
    return this.#area
  }

  /** Bytes of memory in use. */
  get capacity(): number {
    return this.#area.length
  }

  append(bytes: Uint8Array): void {
    const total = this.#length + bytes.length
    if (total > this.#area.length) this.#resize(Math.max(total, this.#area.length * 2))
    this.#area.set(bytes, this.#length)
    this.#length = total
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    const rest = this.#length - count
    if (rest > 0 && count > 0) this.#area.copyWithin(0, count, this.#length)
    this.#length = rest
    if (this.#area.length > 64 * USUAL_CAPACITY && rest < USUAL_CAPACITY) this.#resize(USUAL_CAPACITY)
  }

  #resize(capacity: number): void {
    const area = new Uint8Array(capacity)
    area.set(this.#area.subarray(0, this.#length))
    this.#area = area
  }
}
