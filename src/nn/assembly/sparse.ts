/**
 * The part of `affine` for inputs of which many are zero, as half of them are behind a ReLU: only the others are multiplied. The
 * order of the sum stays, and adding nothing changes no bit.
 *
 * Each position is done in two steps. The terms that are not zero are written down as a list, eight decisions per look into a
 * table, without a branch; then one loop runs along the list. It has next to nothing to do but to load, multiply and add.
 */

/** Terms are listed in a byte each. */
const MOST_TERMS: i32 = 256
const MOST_LISTED: i32 = MOST_TERMS + 8
/** The terms of the position at work; eight are written at a time, so up to eight too many. */
const list: usize = memory.data(MOST_LISTED)
/** [256][8]: the numbers of the bits that are set in a byte, one after the other. */
const setBits: usize = memory.data(256 * 8)
fillSetBits()

function fillSetBits(): void {
  for (let byte: usize = 0; byte < 256; byte++) {
    let to = setBits + (byte << 3)
    for (let bit: usize = 0; bit < 8; bit++) if ((byte >> bit) & 1) store<u8>(to++, <u8>bit)
  }
}

/** 32 output channels at all positions; `terms` is a multiple of 32, weights are [term][32]. */
export function sparseBlock(
  x: usize,
  xStep: usize,
  positions: i32,
  terms: i32,
  weights: usize,
  bias: usize,
  y: usize,
  yStep: usize,
  lowest: v128,
): void {
  for (let first: i32 = 0; first < terms; first += MOST_TERMS) {
    const count = min(MOST_TERMS, terms - first)
    const floor = first + count < terms ? f32x4.splat(-Infinity) : lowest
    for (let p: i32 = 0; p < positions; p++) {
      const to = y + <usize>p * yStep
      // Later terms are added to the sum so far.
      sparsePosition(x + <usize>p * xStep, count, weights, first == 0 ? bias : to, to, floor)
    }
    x += MOST_TERMS << 2
    weights += MOST_TERMS << 7
  }
}

function sparsePosition(x: usize, terms: i32, weights: usize, start: usize, y: usize, lowest: v128): void {
  const end = x + (<usize>terms << 2)
  let to = list
  let base: u64 = 0
  for (let at = x; at < end; at += 64) {
    const mask = notZero(at)
    const low = mask & 0xff
    const high = mask >> 8
    store<u64>(to, load<u64>(setBits + (low << 3)) + base)
    to += <usize>popcnt(low)
    store<u64>(to, load<u64>(setBits + (high << 3)) + base + 0x0808080808080808)
    to += <usize>popcnt(high)
    base += 0x1010101010101010
  }
  sumListed(to, x, weights, start, y, lowest)
}

/** Bit i: the i-th of 16 floats is not +0. Narrowing saturates, so whatever is not zero stays so. */
function notZero(x: usize): u32 {
  const low = i16x8.narrow_i32x4_s(v128.load(x), v128.load(x, 16))
  const high = i16x8.narrow_i32x4_s(v128.load(x, 32), v128.load(x, 48))
  return 0xffff ^ i8x16.bitmask(i8x16.eq(i8x16.narrow_i16x8_s(low, high), i8x16.splat(0)))
}

/**
 * Eight sums, a factor and its weights just fit into the 16 registers, if a vector of weights is loaded only when the one before
 * has been used. V8 keeps that order for a loop that is not nested, tests at its end and counts its sums down: any other way it
 * loads all eight first and has two of the sums in memory, which takes half as long again.
 */
function sumListed(end: usize, x: usize, weights: usize, start: usize, y: usize, lowest: v128): void {
  let a = v128.load(start)
  let b = v128.load(start, 16)
  let c = v128.load(start, 32)
  let d = v128.load(start, 48)
  let e = v128.load(start, 64)
  let f = v128.load(start, 80)
  let g = v128.load(start, 96)
  let h = v128.load(start, 112)
  let at = list
  if (at < end) {
    do {
      const term = <usize>load<u8>(at)
      const s = v128.load32_splat(x + (term << 2))
      const w = weights + (term << 7)
      h = f32x4.add(h, f32x4.mul(s, v128.load(w, 112)))
      g = f32x4.add(g, f32x4.mul(s, v128.load(w, 96)))
      f = f32x4.add(f, f32x4.mul(s, v128.load(w, 80)))
      e = f32x4.add(e, f32x4.mul(s, v128.load(w, 64)))
      d = f32x4.add(d, f32x4.mul(s, v128.load(w, 48)))
      c = f32x4.add(c, f32x4.mul(s, v128.load(w, 32)))
      b = f32x4.add(b, f32x4.mul(s, v128.load(w, 16)))
      a = f32x4.add(a, f32x4.mul(s, v128.load(w)))
    } while (++at < end)
  }
  v128.store(y, f32x4.pmax(a, lowest))
  v128.store(y, f32x4.pmax(b, lowest), 16)
  v128.store(y, f32x4.pmax(c, lowest), 32)
  v128.store(y, f32x4.pmax(d, lowest), 48)
  v128.store(y, f32x4.pmax(e, lowest), 64)
  v128.store(y, f32x4.pmax(f, lowest), 80)
  v128.store(y, f32x4.pmax(g, lowest), 96)
  v128.store(y, f32x4.pmax(h, lowest), 112)
}
