/**
 * y[p] = max(floor, bias + Σ_i x[p]_i · w_i) at every position p: the one product behind dense layers, convolutions and their
 * input gradients. A convolution's taps and input channels lie side by side in a channels-last row-major input, so position p of
 * a convolution is a dense layer of `terms` = kernelSize · channels inputs that starts `xStep` bytes after position p − 1.
 *
 * Every output is summed in the order of i, bias first, whatever the blocking: the same bits for any number of positions.
 *
 * Vectors run across output channels. Where terms and outputs are multiples of 32, weights are packed in blocks of 32 output
 * channels, [block][i][32], and each position takes the inputs that are not zero, one after the other. Otherwise the blocks have
 * eight channels, [block][i][8], the last one filled up with zeros, and four positions share each pass over the weights (eight
 * accumulators); when fewer than four are left, the last four are computed again, which is cheaper than a second loop. Biases
 * are [block][8]. The pseudo-maximum is a single instruction and keeps NaN.
 */

/** Bytes of one packed row of weights: eight channels. */
const ROW: usize = 32

export function affine(
  x: usize,
  xStep: usize,
  positions: i32,
  terms: i32,
  weights: usize,
  bias: usize,
  y: usize,
  yStep: usize,
  outputs: i32,
  floor: f32,
): void {
  const blockBytes: usize = <usize>terms * ROW
  const lowest = f32x4.splat(floor)
  let output: i32 = 0
  if (terms % 32 == 0 && outputs % 32 == 0) {
    for (; output < outputs; output += 32) {
      for (let p: i32 = 0; p < positions; p++) {
        sparsePosition(x + <usize>p * xStep, terms, weights, bias, y + <usize>p * yStep, lowest)
      }
      weights += 4 * blockBytes
      bias += 4 * ROW
      y += 4 * ROW
    }
  }
  for (; output < outputs; output += 8) {
    if (positions >= 4 && output + 8 <= outputs) {
      const last: i32 = positions - 4
      for (let p: i32 = 0; ; p = min(p + 4, last)) {
        fourPositions(x + <usize>p * xStep, xStep, terms, weights, bias, y + <usize>p * yStep, yStep, lowest)
        if (p == last) break
      }
    } else {
      const width = min(8, outputs - output)
      for (let p: i32 = 0; p < positions; p++) {
        oneBlock(x + <usize>p * xStep, terms, weights, bias, y + <usize>p * yStep, width, lowest)
      }
    }
    weights += blockBytes
    bias += ROW
    y += ROW
  }
}

/** Four positions × eight output channels. */
function fourPositions(
  x: usize,
  xStep: usize,
  terms: i32,
  weights: usize,
  bias: usize,
  y: usize,
  yStep: usize,
  lowest: v128,
): void {
  let x0 = x
  let x1 = x0 + xStep
  let x2 = x1 + xStep
  let x3 = x2 + xStep
  let w = weights
  let a0 = v128.load(bias)
  let b0 = v128.load(bias, 16)
  let a1 = a0
  let b1 = b0
  let a2 = a0
  let b2 = b0
  let a3 = a0
  let b3 = b0
  const end = x0 + (<usize>terms << 2)
  while (x0 < end) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    let s = v128.load32_splat(x0)
    a0 = f32x4.add(a0, f32x4.mul(s, wa))
    b0 = f32x4.add(b0, f32x4.mul(s, wb))
    s = v128.load32_splat(x1)
    a1 = f32x4.add(a1, f32x4.mul(s, wa))
    b1 = f32x4.add(b1, f32x4.mul(s, wb))
    s = v128.load32_splat(x2)
    a2 = f32x4.add(a2, f32x4.mul(s, wa))
    b2 = f32x4.add(b2, f32x4.mul(s, wb))
    s = v128.load32_splat(x3)
    a3 = f32x4.add(a3, f32x4.mul(s, wa))
    b3 = f32x4.add(b3, f32x4.mul(s, wb))
    x0 += 4
    x1 += 4
    x2 += 4
    x3 += 4
    w += ROW
  }
  v128.store(y, f32x4.pmax(a0, lowest))
  v128.store(y, f32x4.pmax(b0, lowest), 16)
  y += yStep
  v128.store(y, f32x4.pmax(a1, lowest))
  v128.store(y, f32x4.pmax(b1, lowest), 16)
  y += yStep
  v128.store(y, f32x4.pmax(a2, lowest))
  v128.store(y, f32x4.pmax(b2, lowest), 16)
  y += yStep
  v128.store(y, f32x4.pmax(a3, lowest))
  v128.store(y, f32x4.pmax(b3, lowest), 16)
}

/**
 * One position × 32 output channels, only the inputs that are not zero: behind a ReLU half of them are. The order of the sum stays,
 * and adding nothing changes no bit.
 */
function sparsePosition(x: usize, terms: i32, weights: usize, bias: usize, y: usize, lowest: v128): void {
  let a = v128.load(bias)
  let b = v128.load(bias, 16)
  let c = v128.load(bias, 32)
  let d = v128.load(bias, 48)
  let e = v128.load(bias, 64)
  let f = v128.load(bias, 80)
  let g = v128.load(bias, 96)
  let h = v128.load(bias, 112)
  const end = x + (<usize>terms << 2)
  while (x < end) {
    let left: u64 = <u64>(notZero(x) | (notZero(x + 64) << 16))
    if (x + 128 < end) left |= (<u64>(notZero(x + 128) | (notZero(x + 192) << 16))) << 32
    while (left != 0) {
      const term = <usize>ctz(left)
      left &= left - 1
      const s = v128.load32_splat(x + (term << 2))
      const w = weights + (term << 7)
      a = f32x4.add(a, f32x4.mul(s, v128.load(w)))
      b = f32x4.add(b, f32x4.mul(s, v128.load(w, 16)))
      c = f32x4.add(c, f32x4.mul(s, v128.load(w, 32)))
      d = f32x4.add(d, f32x4.mul(s, v128.load(w, 48)))
      e = f32x4.add(e, f32x4.mul(s, v128.load(w, 64)))
      f = f32x4.add(f, f32x4.mul(s, v128.load(w, 80)))
      g = f32x4.add(g, f32x4.mul(s, v128.load(w, 96)))
      h = f32x4.add(h, f32x4.mul(s, v128.load(w, 112)))
    }
    x += 256
    weights += 64 * 128
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

/** Bit i: the i-th of 16 floats is not zero (NaN is not). */
function notZero(x: usize): u32 {
  const zero = f32x4.splat(0)
  const low = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(x), zero), f32x4.ne(v128.load(x, 16), zero))
  const high = i16x8.narrow_i32x4_s(f32x4.ne(v128.load(x, 32), zero), f32x4.ne(v128.load(x, 48), zero))
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high))
}

/** One position × up to eight output channels; only `width` of them are written. */
function oneBlock(x: usize, terms: i32, weights: usize, bias: usize, y: usize, width: i32, lowest: v128): void {
  let w = weights
  let a = v128.load(bias)
  let b = v128.load(bias, 16)
  const end = x + (<usize>terms << 2)
  while (x < end) {
    const s = v128.load32_splat(x)
    a = f32x4.add(a, f32x4.mul(s, v128.load(w)))
    b = f32x4.add(b, f32x4.mul(s, v128.load(w, 16)))
    x += 4
    w += ROW
  }
  storeLanes(y, f32x4.pmax(a, lowest), f32x4.pmax(b, lowest), width)
}

function storeLanes(y: usize, a: v128, b: v128, width: i32): void {
  if (width >= 4) {
    v128.store(y, a)
    y += 16
    width -= 4
    a = b
  }
  if (width == 4) {
    v128.store(y, a)
    return
  }
  if (width > 0) f32.store(y, f32x4.extract_lane(a, 0))
  if (width > 1) f32.store(y, f32x4.extract_lane(a, 1), 4)
  if (width > 2) f32.store(y, f32x4.extract_lane(a, 2), 8)
}
