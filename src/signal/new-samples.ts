/** Doubles that are allocated together. */
const SLAB_LENGTH = 2048
/** A longer array gets memory of its own. */
const LONGEST_CUT = SLAB_LENGTH / 8

let slab = new Float64Array(0)
let used = 0

/**
 * A new array of zeros, cut from a larger one: memory of its own costs a short array more than filling it, because it lies
 * outside of JavaScript's heap and has to be asked for, cleared and given back. Meant for what is soon forgotten: who keeps a
 * piece keeps the 16 kB it was cut from.
 */
export function newSamples(length: number): Float64Array {
  if (length > LONGEST_CUT) return new Float64Array(length)
  if (used + length > slab.length) {
    slab = new Float64Array(SLAB_LENGTH)
    used = 0
  }
  const from = used
  used += length
  return slab.subarray(from, used)
}
