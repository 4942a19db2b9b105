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

const bits = new DataView(new ArrayBuffer(8))

/** Natural logarithm of a normal positive number, relative error < 1e-14. */
export function ln(x: number): number {
  // x = m · 2^e with m in [√½, √2); ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172.
  bits.setFloat64(0, x)
  const high = bits.getUint32(0)
  let exponent = (high >>> 20) - 1023
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000)
  let mantissa = bits.getFloat64(0)
  if (mantissa > Math.SQRT2) {
    mantissa /= 2
    exponent++
  }
  const ratio = (mantissa - 1) / (mantissa + 1)
  const square = ratio * ratio
  let power = ratio
  let sum = 0
  for (let n = 1; n <= 19; n += 2) {
    sum += power / n
    power *= square
  }
  return exponent * Math.LN2 + 2 * sum
}

/** e^x for x <= 0, relative error < 1e-12; 0 below -700. */
export function expOfNegative(x: number): number {
  if (x < -700) return 0
  // e^x = (e^(x / 1024))^1024: the small power by its series, then ten squarings.
  const small = x / 1024
  let term = 1
  let value = 1
  for (let n = 1; n <= 18; n++) {
    term *= small / n
    value += term
  }
  for (let n = 0; n < 10; n++) value *= value
  return value
}
