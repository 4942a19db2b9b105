/** Says whether a text is meant; regular expressions are patterns, too. */
export interface Pattern {
  test(text: string): boolean
}

/**
 * `*` any run of characters, `?` any single one; everything else stands for itself. Not a regular expression, because a client's
 * `*a*a*a*a*` would keep one busy for ever: this takes at most pattern × text steps.
 */
export function glob(pattern: string): Pattern {
  if (!/[*?]/.test(pattern)) return { test: (text) => text === pattern }
  return { test: (text) => matches(pattern, text) }
}

function matches(pattern: string, text: string): boolean {
  let [inPattern, inText] = [0, 0]
  /** Where to go on when a character does not fit: behind the last `*`, which then takes one character more. */
  let [afterStar, starEnd] = [-1, 0]
  while (inText < text.length) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      inPattern += 1
      afterStar = inPattern
      starEnd = inText
    } else if (wanted === '?' || wanted === text[inText]) {
      inPattern += 1
      inText += 1
    } else if (afterStar >= 0) {
      starEnd += 1
      inPattern = afterStar
      inText = starEnd
    } else {
      return false
    }
  }
  while (pattern[inPattern] === '*') inPattern += 1
  return inPattern === pattern.length
}
