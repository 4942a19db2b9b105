/**
 * What lies between the two products of a relevance rule (see relevance-step.ts). Rows lie side by side; steps in bytes.
 */

/** y = [max(x, 0), min(x, 0)]: rows of `channels` become rows of twice as many. */
export function splitSigns(x: usize, rows: i32, channels: i32, y: usize): void {
  const zero = f32x4.splat(0)
  const width: usize = <usize>channels << 2
  for (let row: i32 = 0; row < rows; row++) {
    let c: usize = 0
    for (; c + 16 <= width; c += 16) {
      const value = v128.load(x + c)
      v128.store(y + c, f32x4.pmax(value, zero))
      v128.store(y + width + c, f32x4.pmin(value, zero))
    }
    for (; c < width; c += 4) {
      const value = f32.load(x + c)
      f32.store(y + c, value < 0 ? 0 : value)
      f32.store(y + width + c, value > 0 ? 0 : value)
    }
    x += width
    y += 2 * width
  }
}

/** s = coefficient · r / (d ± stabiliser), the sign being that of d, + for 0. Rows of d and s are `step` apart. */
export function relevancePerContribution(
  r: usize,
  d: usize,
  s: usize,
  rows: i32,
  outputs: i32,
  step: usize,
  coefficient: f32,
  stabiliser: f32,
): void {
  const factors = f32x4.splat(coefficient)
  const epsilon = f32x4.splat(stabiliser)
  const signs = i32x4.splat(<i32>0x80000000)
  const width: usize = <usize>outputs << 2
  for (let row: i32 = 0; row < rows; row++) {
    let o: usize = 0
    for (; o + 16 <= width; o += 16) {
      const sum = f32x4.add(v128.load(d + o), f32x4.splat(0))
      const stable = f32x4.add(sum, v128.or(epsilon, v128.and(sum, signs)))
      v128.store(s + o, f32x4.div(f32x4.mul(factors, v128.load(r + o)), stable))
    }
    for (; o < width; o += 4) {
      const sum = f32.load(d + o) + <f32>0
      const stable = sum + copysign<f32>(stabiliser, sum)
      f32.store(s + o, (coefficient * f32.load(r + o)) / stable)
    }
    r += width
    d += step
    s += step
  }
}

/**
 * As above for the positive and the negative sums of a unit together, d = [positive, negative]. A unit that has only one of them
 * passes all of its relevance there: factor 1, unless the rule's factor for that side is 0.
 */
export function repairedRelevancePerContribution(
  r: usize,
  d: usize,
  s: usize,
  rows: i32,
  outputs: i32,
  beta: f32,
  stabiliser: f32,
): void {
  const width: usize = <usize>outputs << 2
  const zero = f32x4.splat(0)
  for (let row: i32 = 0; row < rows; row++) {
    let o: usize = 0
    for (; o + 16 <= width; o += 16) {
      const relevance = v128.load(r + o)
      const positive = v128.load(d + o)
      const negative = v128.load(d + width + o)
      const isOneSided = v128.or(f32x4.eq(positive, zero), f32x4.eq(negative, zero))
      v128.store(s + o, fourShares(relevance, positive, 1 + beta, isOneSided, stabiliser))
      v128.store(s + width + o, fourShares(relevance, negative, -beta, isOneSided, stabiliser))
    }
    for (; o < width; o += 4) {
      const relevance = f32.load(r + o)
      const positive = f32.load(d + o)
      const negative = f32.load(d + width + o)
      const isOneSided = positive == 0 || negative == 0
      f32.store(s + o, oneShare(relevance, positive, 1 + beta, isOneSided, stabiliser))
      f32.store(s + width + o, oneShare(relevance, negative, -beta, isOneSided, stabiliser))
    }
    r += width
    d += 2 * width
    s += 2 * width
  }
}

function oneShare(relevance: f32, sum: f32, factor: f32, isOneSided: bool, stabiliser: f32): f32 {
  if (factor == 0 || sum == 0) return 0
  // The published implementation scales the sum by the factor before it stabilises it, so that the factor falls out but for ε.
  if (isOneSided) return relevance / (sum + copysign<f32>(stabiliser / abs(factor), sum))
  return (factor * relevance) / (sum + copysign<f32>(stabiliser, sum))
}

/** The same for four units; `isOneSided` is a mask. */
function fourShares(relevance: v128, sum: v128, factor: f32, isOneSided: v128, stabiliser: f32): v128 {
  const zero = f32x4.splat(0)
  if (factor == 0) return zero
  const weight = v128.bitselect(f32x4.splat(1), f32x4.splat(factor), isOneSided)
  const epsilon = v128.bitselect(f32x4.splat(stabiliser / abs(factor)), f32x4.splat(stabiliser), isOneSided)
  const stable = f32x4.add(sum, v128.or(epsilon, v128.and(sum, i32x4.splat(<i32>0x80000000))))
  return v128.and(f32x4.div(f32x4.mul(weight, relevance), stable), f32x4.ne(sum, zero))
}

/**
 * r = x · g, summed over the parts that lie side by side in the rows of x and g: two when x was split by its signs, else one. Rows of g
 * are `gStep` apart.
 */
export function gatherRelevance(
  x: usize,
  g: usize,
  gStep: usize,
  rows: i32,
  channels: i32,
  isSplit: bool,
  r: usize,
): void {
  const width: usize = <usize>channels << 2
  const xStep: usize = isSplit ? 2 * width : width
  for (let row: i32 = 0; row < rows; row++) {
    let c: usize = 0
    for (; c + 16 <= width; c += 16) {
      let sum = f32x4.mul(v128.load(x + c), v128.load(g + c))
      if (isSplit) sum = f32x4.add(sum, f32x4.mul(v128.load(x + width + c), v128.load(g + width + c)))
      v128.store(r + c, sum)
    }
    for (; c < width; c += 4) {
      let sum = f32.load(x + c) * f32.load(g + c)
      if (isSplit) sum += f32.load(x + width + c) * f32.load(g + width + c)
      f32.store(r + c, sum)
    }
    x += xStep
    g += gStep
    r += width
  }
}
