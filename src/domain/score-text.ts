/** A score with some digits; near 1 it is said rather than rounded up to it. */
export function scoreText(score: number, digits = 3): string {
  if (Number.isNaN(score)) return '–'
  const text = score.toFixed(digits)
  return score < 1 && text.startsWith('1') ? `>.${'9'.repeat(digits)}` : text
}
