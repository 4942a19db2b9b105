/**
 * Adds Σ over samples and positions of x_i · dy_o to the gradient of weight (i, o), [terms, outputs] row-major: the outer
 * products behind dense layers and convolutions alike (see affine.ts for how x is laid out). Four terms × eight outputs stay in
 * registers over all samples and positions. The last vectors may read up to 28 bytes after a row of dy; those lanes are dropped.
 */
export function weightGradient(
  x: usize,
  xSample: usize,
  xStep: usize,
  dy: usize,
  dySample: usize,
  dyStep: usize,
  samples: i32,
  positions: i32,
  terms: i32,
  outputs: i32,
  gradient: usize,
): void {
  const rowBytes: usize = <usize>outputs << 2
  for (let output: i32 = 0; output < outputs; output += 8) {
    const width = min(8, outputs - output)
    const first = dy + (<usize>output << 2)
    let g = gradient + (<usize>output << 2)
    let term: i32 = 0
    for (; term + 4 <= terms; term += 4) {
      fourTerms(x + (<usize>term << 2), xSample, xStep, first, dySample, dyStep, samples, positions, g, rowBytes, width)
      g += 4 * rowBytes
    }
    for (; term < terms; term++) {
      oneTerm(x + (<usize>term << 2), xSample, xStep, first, dySample, dyStep, samples, positions, g, width)
      g += rowBytes
    }
  }
}

function fourTerms(
  x: usize,
  xSample: usize,
  xStep: usize,
  dy: usize,
  dySample: usize,
  dyStep: usize,
  samples: i32,
  positions: i32,
  g: usize,
  rowBytes: usize,
  width: i32,
): void {
  let a0 = f32x4.splat(0)
  let b0 = a0
  let a1 = a0
  let b1 = a0
  let a2 = a0
  let b2 = a0
  let a3 = a0
  let b3 = a0
  for (let sample: i32 = 0; sample < samples; sample++) {
    let xp = x
    let dp = dy
    const end = dy + <usize>positions * dyStep
    while (dp < end) {
      const da = v128.load(dp)
      const db = v128.load(dp, 16)
      let s = v128.load32_splat(xp)
      a0 = f32x4.add(a0, f32x4.mul(s, da))
      b0 = f32x4.add(b0, f32x4.mul(s, db))
      s = v128.load32_splat(xp, 4)
      a1 = f32x4.add(a1, f32x4.mul(s, da))
      b1 = f32x4.add(b1, f32x4.mul(s, db))
      s = v128.load32_splat(xp, 8)
      a2 = f32x4.add(a2, f32x4.mul(s, da))
      b2 = f32x4.add(b2, f32x4.mul(s, db))
      s = v128.load32_splat(xp, 12)
      a3 = f32x4.add(a3, f32x4.mul(s, da))
      b3 = f32x4.add(b3, f32x4.mul(s, db))
      xp += xStep
      dp += dyStep
    }
    x += xSample
    dy += dySample
  }
  addLanes(g, a0, b0, width)
  g += rowBytes
  addLanes(g, a1, b1, width)
  g += rowBytes
  addLanes(g, a2, b2, width)
  g += rowBytes
  addLanes(g, a3, b3, width)
}

function oneTerm(
  x: usize,
  xSample: usize,
  xStep: usize,
  dy: usize,
  dySample: usize,
  dyStep: usize,
  samples: i32,
  positions: i32,
  g: usize,
  width: i32,
): void {
  let a = f32x4.splat(0)
  let b = a
  for (let sample: i32 = 0; sample < samples; sample++) {
    let xp = x
    let dp = dy
    const end = dy + <usize>positions * dyStep
    while (dp < end) {
      const s = v128.load32_splat(xp)
      a = f32x4.add(a, f32x4.mul(s, v128.load(dp)))
      b = f32x4.add(b, f32x4.mul(s, v128.load(dp, 16)))
      xp += xStep
      dp += dyStep
    }
    x += xSample
    dy += dySample
  }
  addLanes(g, a, b, width)
}

function addLanes(g: usize, a: v128, b: v128, width: i32): void {
  if (width >= 4) {
    v128.store(g, f32x4.add(v128.load(g), a))
    g += 16
    width -= 4
    a = b
  }
  if (width == 4) {
    v128.store(g, f32x4.add(v128.load(g), a))
    return
  }
  if (width > 0) f32.store(g, f32.load(g) + f32x4.extract_lane(a, 0))
  if (width > 1) f32.store(g, f32.load(g, 4) + f32x4.extract_lane(a, 1), 4)
  if (width > 2) f32.store(g, f32.load(g, 8) + f32x4.extract_lane(a, 2), 8)
}

/** Adds the sum of all rows of dy over samples and positions to `gradient` [outputs]. */
export function biasGradient(
  dy: usize,
  dySample: usize,
  samples: i32,
  positions: i32,
  outputs: i32,
  gradient: usize,
): void {
  const rowBytes: usize = <usize>outputs << 2
  for (let output: i32 = 0; output < outputs; output += 8) {
    let a = f32x4.splat(0)
    let b = a
    for (let sample: i32 = 0; sample < samples; sample++) {
      let dp = dy + <usize>sample * dySample + (<usize>output << 2)
      for (let p: i32 = 0; p < positions; p++) {
        a = f32x4.add(a, v128.load(dp))
        b = f32x4.add(b, v128.load(dp, 16))
        dp += rowBytes
      }
    }
    addLanes(gradient + (<usize>output << 2), a, b, min(8, outputs - output))
  }
}

/** dy becomes 0 wherever y is not positive: the gradient of a rectifier from its output. */
export function rectifierGradient(y: usize, dy: usize, count: i32): void {
  const zero = f32x4.splat(0)
  const end = dy + (<usize>count << 2)
  const vectorEnd = dy + (<usize>(count & ~3) << 2)
  while (dy < vectorEnd) {
    v128.store(dy, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)))
    y += 16
    dy += 16
  }
  while (dy < end) {
    if (!(f32.load(y) > 0)) f32.store(dy, 0)
    y += 4
    dy += 4
  }
}
