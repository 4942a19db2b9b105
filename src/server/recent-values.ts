export interface ValueSummary {
  readonly count: number
  readonly median: number
  /** Nineteen of twenty are not above. */
  readonly p95: number
  readonly maximum: number
}

/** The newest values of something, and how they are distributed. */
export class RecentValues {
  readonly #values: Float64Array
  #count = 0

  /** @param capacity how many are kept */
  constructor(capacity: number) {
    this.#values = new Float64Array(capacity)
  }

  add(value: number): void {
    this.#values[this.#count++ % this.#values.length] = value
  }

  /** Of those that are kept, by nearest rank; undefined without any. */
  summary(): ValueSummary | undefined {
    const count = Math.min(this.#count, this.#values.length)
    if (count === 0) return undefined
    const sorted = this.#values.slice(0, count).sort()
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] as number
    return { count, median: rank(0.5), p95: rank(0.95), maximum: rank(1) }
  }
}
