/**
 * Steps of the preprocessing for rows of three doubles (Z, N, E), two components to a vector and the third in another: the
 * operations of every component and their order are those of the definition, so the bits are, too. All addresses in bytes.
 */

const ROW: usize = 24

/**
 * Means of the components, summed relative to the first row.
 *
 * @param from [rows, 3]
 * @param means [3] written, one more double is overwritten
 * @returns a size that the largest absolute value does not exceed; not finite when a sample is not finite
 */
export function measure(from: usize, rows: i32, means: usize): f64 {
  const base = v128.load(from)
  const baseE = v128.load64_splat(from, 16)
  let sum = f64x2.splat(0)
  let sumE = sum
  let spread = sum
  let spreadE = sum
  const end = from + <usize>rows * ROW
  for (let at = from; at < end; at += ROW) {
    const x = f64x2.sub(v128.load(at), base)
    const e = f64x2.sub(v128.load64_splat(at, 16), baseE)
    sum = f64x2.add(sum, x)
    sumE = f64x2.add(sumE, e)
    spread = f64x2.add(spread, f64x2.abs(x))
    spreadE = f64x2.add(spreadE, f64x2.abs(e))
  }
  const count = f64x2.splat(<f64>rows)
  v128.store(means, f64x2.add(base, f64x2.div(sum, count)))
  v128.store(means, f64x2.add(baseE, f64x2.div(sumE, count)), 16)
  const zn = f64x2.abs(base)
  const z = f64x2.extract_lane(zn, 0) + f64x2.extract_lane(spread, 0)
  const n = z + f64x2.extract_lane(zn, 1) + f64x2.extract_lane(spread, 1)
  return n + f64x2.extract_lane(f64x2.abs(baseE), 0) + f64x2.extract_lane(spreadE, 0)
}

/**
 * `filterHighpass` of each component less its offset, from the first row to the last. One recursion waits for its own last
 * result; three side by side keep the processor busy.
 *
 * @param offsets [3], one more double is read
 * @param to [rows, 3]; may be `from`
 */
export function filterForward(
  from: usize,
  rows: i32,
  offsets: usize,
  to: usize,
  b0: f64,
  b1: f64,
  a1: f64,
  a2: f64,
): void {
  const c0 = f64x2.splat(b0)
  const c1 = f64x2.splat(b1)
  const d1 = f64x2.splat(a1)
  const d2 = f64x2.splat(a2)
  const offset = v128.load(offsets)
  const offsetE = v128.load64_splat(offsets, 16)
  let s2 = f64x2.mul(c0, f64x2.sub(v128.load(from), offset))
  let s2E = f64x2.mul(c0, f64x2.sub(v128.load64_splat(from, 16), offsetE))
  let s1 = f64x2.neg(s2)
  let s1E = f64x2.neg(s2E)
  const end = from + <usize>rows * ROW
  for (let at = from; at < end; at += ROW) {
    const x = f64x2.sub(v128.load(at), offset)
    const e = f64x2.sub(v128.load64_splat(at, 16), offsetE)
    const scaled = f64x2.mul(c0, x)
    const scaledE = f64x2.mul(c0, e)
    const y = f64x2.add(scaled, s1)
    const yE = f64x2.add(scaledE, s1E)
    s1 = f64x2.add(f64x2.sub(f64x2.mul(c1, x), f64x2.mul(d1, y)), s2)
    s1E = f64x2.add(f64x2.sub(f64x2.mul(c1, e), f64x2.mul(d1, yE)), s2E)
    s2 = f64x2.sub(scaled, f64x2.mul(d2, y))
    s2E = f64x2.sub(scaledE, f64x2.mul(d2, yE))
    v128.store(to, y)
    v128.store64_lane(to, yE, 0, 16)
    to += ROW
  }
}

/**
 * The same in place, from the last row to the first.
 *
 * @returns the largest absolute value of the result
 */
export function filterBackward(samples: usize, rows: i32, b0: f64, b1: f64, a1: f64, a2: f64): f64 {
  const c0 = f64x2.splat(b0)
  const c1 = f64x2.splat(b1)
  const d1 = f64x2.splat(a1)
  const d2 = f64x2.splat(a2)
  let at = samples + <usize>(rows - 1) * ROW
  let s2 = f64x2.mul(c0, v128.load(at))
  let s2E = f64x2.mul(c0, v128.load64_splat(at, 16))
  let s1 = f64x2.neg(s2)
  let s1E = f64x2.neg(s2E)
  let largest = f64x2.splat(0)
  let largestE = largest
  for (let row = 0; row < rows; row++) {
    const x = v128.load(at)
    const e = v128.load64_splat(at, 16)
    const scaled = f64x2.mul(c0, x)
    const scaledE = f64x2.mul(c0, e)
    const y = f64x2.add(scaled, s1)
    const yE = f64x2.add(scaledE, s1E)
    s1 = f64x2.add(f64x2.sub(f64x2.mul(c1, x), f64x2.mul(d1, y)), s2)
    s1E = f64x2.add(f64x2.sub(f64x2.mul(c1, e), f64x2.mul(d1, yE)), s2E)
    s2 = f64x2.sub(scaled, f64x2.mul(d2, y))
    s2E = f64x2.sub(scaledE, f64x2.mul(d2, yE))
    v128.store(at, y)
    v128.store64_lane(at, yE, 0, 16)
    largest = f64x2.pmax(largest, f64x2.abs(y))
    largestE = f64x2.pmax(largestE, f64x2.abs(yE))
    at -= ROW
  }
  const zn = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1))
  return max(zn, f64x2.extract_lane(largestE, 0))
}

/** to[i] = from[i] · factor in single precision; up to three values more are written. */
export function scale(from: usize, count: i32, factor: f64, to: usize): void {
  const f = f64x2.splat(factor)
  const end = from + ((<usize>count) << 3)
  for (; from < end; from += 32) {
    const low = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from), f))
    const high = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(from, 16), f))
    v128.store(to, v128.shuffle<f32>(low, high, 0, 1, 4, 5))
    to += 16
  }
}
