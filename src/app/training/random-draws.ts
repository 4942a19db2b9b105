import type { Random } from '../../nn/random.ts'

/** Uniform in [from, to). */
export function between(random: Random, from: number, to: number): number {
  return from + (to - from) * random.uniform()
}

/** Whole number, from ≤ n ≤ to. */
export function integerBetween(random: Random, from: number, to: number): number {
  return from + Math.floor(random.uniform() * (to - from + 1))
}

/** Every factor equally likely as its inverse: uniform in the logarithm. */
export function logBetween(random: Random, from: number, to: number): number {
  return from * (to / from) ** random.uniform()
}

export function chance(random: Random, probability: number): boolean {
  return random.uniform() < probability
}

export function sign(random: Random): 1 | -1 {
  return chance(random, 0.5) ? 1 : -1
}

/** Near enough to a normal deviate (sum of four uniforms), mean 0, variance 1; cheap, and only additions. */
export function gaussian(random: Random): number {
  return (random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2) * Math.sqrt(3)
}

export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random.uniform() * items.length)]
  if (item === undefined) throw new RangeError('pick: expected at least one item, got none')
  return item
}

/** Draws items in proportion to their weights. */
export class WeightedChoice<T> {
  readonly #items: readonly T[]
  readonly #cumulative: Float64Array

  /** @param weight of an item, ≥ 0; an item of weight 0 is never drawn */
  constructor(items: readonly T[], weight: (item: T) => number) {
    this.#items = items.filter((item) => weight(item) > 0)
    this.#cumulative = new Float64Array(this.#items.length)
    let total = 0
    for (const [index, item] of this.#items.entries()) {
      total += weight(item)
      this.#cumulative[index] = total
    }
  }

  get size(): number {
    return this.#items.length
  }

  /** @throws {RangeError} when there is nothing to draw from */
  draw(random: Random): T {
    const target = random.uniform() * (this.#cumulative.at(-1) ?? 0)
    let low = 0
    let high = this.#items.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#cumulative[middle] ?? 0) > target) high = middle
      else low = middle + 1
    }
    const item = this.#items[low]
    if (item === undefined) throw new RangeError('weighted choice: expected at least one item, got none')
    return item
  }
}
