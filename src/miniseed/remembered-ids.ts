import type { SourceId } from '../domain/source-id.ts'

/** Where a miniSEED 2 header keeps station, location, channel and network: twelve bytes, three words. */
const CODES_OFFSET = 8
/** More different ones than any network has mean junk, and we start afresh. */
const MOST_REMEMBERED = 20_000

interface Remembered {
  readonly first: number
  readonly second: number
  readonly third: number
  readonly sourceId: SourceId
  /** Other codes with the same hash. */
  readonly next: Remembered | undefined
}

/**
 * Source ids by the bytes of the codes they were made from. A channel comes with every record: comparing three words costs far
 * less than making strings of the bytes.
 */
export class RememberedIds {
  readonly #byHash = new Map<number, Remembered>()
  #count = 0

  /** @param view begins with the record */
  find(view: DataView): SourceId | undefined {
    const [first, second, third] = [view.getInt32(CODES_OFFSET), view.getInt32(CODES_OFFSET + 4), view.getInt32(CODES_OFFSET + 8)]
    for (let known = this.#byHash.get(hashOf(first, second, third)); known !== undefined; known = known.next) {
      if (known.first === first && known.second === second && known.third === third) return known.sourceId
    }
    return undefined
  }

  /** To be called for codes that `find` does not know. */
  add(view: DataView, sourceId: SourceId): void {
    if (this.#count >= MOST_REMEMBERED) {
      this.#byHash.clear()
      this.#count = 0
    }
    const [first, second, third] = [view.getInt32(CODES_OFFSET), view.getInt32(CODES_OFFSET + 4), view.getInt32(CODES_OFFSET + 8)]
    const hash = hashOf(first, second, third)
    this.#byHash.set(hash, { first, second, third, sourceId, next: this.#byHash.get(hash) })
    this.#count++
  }
}

/** Spreads real codes well enough; codes made to collide only cost time. */
function hashOf(first: number, second: number, third: number): number {
  const mixed = Math.imul(Math.imul(first, 31) + second, 31) + third
  // Small integers are the fastest keys.
  return (mixed ^ (mixed >>> 15)) & 0x3fffffff
}
