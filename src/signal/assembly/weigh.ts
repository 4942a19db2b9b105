/**
 * Puts `count` samples into `hop` columns: sample i into column i mod hop, at place i div hop.
 *
 * @param pitch bytes from one column to the next
 */
export function layOut(from: usize, count: i32, hop: i32, columns: usize, pitch: usize): void {
  const end = from + ((<usize>count) << 3)
  const step = (<usize>hop) << 3
  for (let column = min(hop, count); column > 0; column--) {
    let to = columns
    for (let at = from; at < end; at += step) {
      store<f64>(to, load<f64>(at))
      to += 8
    }
    from += 8
    columns += pitch
  }
}

/**
 * sums[n] = Σ_j weights[j] · x[first + n · hop + j] for n = 0 … count - 1, each summed in the order of j.
 *
 * Samples lie in columns (see `layOut`). So the same tap of outputs that follow each other meets samples that lie side by side,
 * two to a vector. Outputs come in eights; the last of them may be nonsense.
 *
 * @param weights [taps]
 * @param from the first output's first sample; `column` is its column
 * @param pitch bytes from one column to the next
 * @param sums [count, made up to eights]
 */
export function weigh(
  weights: usize,
  taps: i32,
  from: usize,
  column: i32,
  hop: i32,
  pitch: usize,
  count: i32,
  sums: usize,
): void {
  const end = weights + ((<usize>taps) << 3)
  const toNextPlace: usize = 8 - <usize>hop * pitch
  for (let n: i32 = 0; n < count; n += 8) {
    let a = f64x2.splat(0)
    let b = a
    let c = a
    let d = a
    let at = from
    let columnsLeft = hop - column
    for (let w = weights; w < end; w += 8) {
      const weight = v128.load64_splat(w)
      a = f64x2.add(a, f64x2.mul(weight, v128.load(at)))
      b = f64x2.add(b, f64x2.mul(weight, v128.load(at, 16)))
      c = f64x2.add(c, f64x2.mul(weight, v128.load(at, 32)))
      d = f64x2.add(d, f64x2.mul(weight, v128.load(at, 48)))
      at += pitch
      if (--columnsLeft == 0) {
        columnsLeft = hop
        at += toNextPlace
      }
    }
    v128.store(sums, a)
    v128.store(sums, b, 16)
    v128.store(sums, c, 32)
    v128.store(sums, d, 48)
    from += 64
    sums += 64
  }
}
