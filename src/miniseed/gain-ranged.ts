/**
 * Gain-ranged formats of early digital networks (SEED 2.4 appendix D): a mantissa and a small exponent per sample.
 * All take the 16-bit word as an unsigned number.
 */

/** CDSN: 2 bits select the factor, 14 bits hold the mantissa, offset by 8191. */
export function cdsnSample(word: number): number {
  const mantissa = (word & 0x3fff) - 0x1fff
  const range = word >>> 14
  const shift = range === 3 ? 7 : 2 * range
  return mantissa * (1 << shift)
}

/** SRO, ASRO: 4 bits of gain code, 12 bits of mantissa in two's complement; value = mantissa · 2^(10 − gain). */
export function sroSample(word: number): number {
  const mantissa = (word << 20) >> 20
  const exponent = 10 - (word >>> 12)
  return mantissa * 2 ** exponent
}

/** GEOSCOPE 16 bit, 3-bit exponent: 12 bits of mantissa, offset by 2048, divided by 2^exponent. */
export function geoscope3Sample(word: number): number {
  return ((word & 0x0fff) - 2048) / 2 ** ((word >>> 12) & 0x07)
}

/** GEOSCOPE 16 bit, 4-bit exponent. */
export function geoscope4Sample(word: number): number {
  return ((word & 0x0fff) - 2048) / 2 ** (word >>> 12)
}
