/**
 * exp and its relatives from additions and multiplications only. Math.exp may differ in the last bit between JavaScript engines
 * and versions; scores must not.
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const LARGEST = 709.78
const SMALLEST = -745.1
const MIN_EXPONENT = -1074
const POWERS_OF_TWO = powersOfTwo()
/** 1/n! for the Taylor series on |r| ≤ ln 2 / 2: the first term left out is below 1e-18. */
const INVERSE_FACTORIALS = inverseFactorials(14)

/** e^x, within two units of the last place; 0 and Infinity outside the range of doubles. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > LARGEST) return Infinity
  if (x < SMALLEST) return 0
  const k = Math.floor(x / Math.LN2 + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  let sum = 0
  for (let n = INVERSE_FACTORIALS.length - 1; n >= 0; n--) sum = sum * r + INVERSE_FACTORIALS[n]!
  return k > 1023 ? sum * 2 * POWERS_OF_TWO[1023 - MIN_EXPONENT]! : sum * POWERS_OF_TWO[k - MIN_EXPONENT]!
}

/** 1 / (1 + e^-x) */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x))
  const e = exp(x)
  return e / (1 + e)
}

/** ln(1 + e^x), without overflow and without losing small values. */
export function softplus(x: number): number {
  return Math.max(x, 0) + logOnePlus(exp(-Math.abs(x)))
}

/** ln(1 + y) for 0 ≤ y ≤ 1, as 2 artanh(y / (2 + y)). */
function logOnePlus(y: number): number {
  const s = y / (2 + y)
  const square = s * s
  let sum = 0
  for (let n = 35; n >= 1; n -= 2) sum = sum * square + 1 / n
  return 2 * s * sum
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(1024 - MIN_EXPONENT)
  powers[-MIN_EXPONENT] = 1
  for (let k = 1; k <= 1023; k++) powers[k - MIN_EXPONENT] = powers[k - 1 - MIN_EXPONENT]! * 2
  for (let k = -1; k >= MIN_EXPONENT; k--) powers[k - MIN_EXPONENT] = powers[k + 1 - MIN_EXPONENT]! / 2
  return powers
}

function inverseFactorials(count: number): Float64Array {
  const values = new Float64Array(count)
  let factorial = 1
  for (let n = 0; n < count; n++) {
    if (n > 0) factorial *= n
    values[n] = 1 / factorial
  }
  return values
}
