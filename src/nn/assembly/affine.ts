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

import { sparseBlock } from './sparse'

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
      sparseBlock(x, xStep, positions, terms, weights, bias, y, yStep, lowest)
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
