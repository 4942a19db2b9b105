/**
 * The few transcendental functions filter design needs, made of IEEE additions, multiplications and divisions only:
 * `Math.sin` and friends may differ in the last bit between engine versions, and then a score would.
 */

/** sin(π x), |error| < 1e-15. */
export function sinPi(x: number): number {
  // Both reductions are exact: first into [-1, 1], then by symmetry into [-1/2, 1/2].
  let t = x - 2 * Math.round(x / 2)
  if (t > 0.5) t = 1 - t
  else if (t < -0.5) t = -1 - t
  const angle = Math.PI * t
  const square = angle * angle
  let term = angle
  let sum = angle
  for (let n = 2; n <= 24; n += 2) {
    term *= -square / (n * (n + 1))
    sum += term
  }
  return sum
}

/** cos(π x), |error| < 1e-15. */
export function cosPi(x: number): number {
  return sinPi(0.5 - Math.abs(x - 2 * Math.round(x / 2)))
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
export function besselI0(x: number): number {
  const quarter = (x * x) / 4
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k)
    sum += term
  }
  return sum
}
