const CONTEXT = 3

type Line = { readonly mark: ' ' | '-' | '+'; readonly text: string }

/**
 * What changed between two texts, as `diff -u` shows it.
 *
 * @param name of the file, for the two first lines
 * @returns empty when nothing did
 */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return ''
  const lines = comparedLines(linesOf(before), linesOf(after))
  const hunks = hunksOf(lines).map(([from, to]) => {
    const shown = lines.slice(from, to)
    return [
      `@@ -${rangeOf(lines, from, to, '+')} +${rangeOf(lines, from, to, '-')} @@`,
      ...shown.map(({ mark, text }) => mark + text),
    ]
  })
  return `${[`--- ${name}`, `+++ ${name}`, ...hunks.flat()].join('\n')}\n`
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** By the longest common subsequence of what lies between the common beginning and end. */
function comparedLines(before: readonly string[], after: readonly string[]): Line[] {
  let first = 0
  while (first < before.length && first < after.length && before[first] === after[first]) first++
  let last = 0
  const most = Math.min(before.length, after.length) - first
  while (last < most && before[before.length - 1 - last] === after[after.length - 1 - last]) last++
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ mark: ' ', text }))
  return [
    ...same(before.slice(0, first)),
    ...middleLines(before.slice(first, before.length - last), after.slice(first, after.length - last)),
    ...same(before.slice(before.length - last)),
  ]
}

function middleLines(before: readonly string[], after: readonly string[]): Line[] {
  // common[i][j]: length of the longest common subsequence of before from i on and after from j on.
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i]![j] = before[i] === after[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
    }
  }
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i]! })
      i++
      j++
    } else if (i < before.length && (j === after.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push({ mark: '-', text: before[i++]! })
    } else lines.push({ mark: '+', text: after[j++]! })
  }
  return lines
}

/** Stretches of lines to be shown: changes with their context; those that touch are one. */
function hunksOf(lines: readonly Line[]): (readonly [number, number])[] {
  const hunks: [number, number][] = []
  for (const [index, { mark }] of lines.entries()) {
    if (mark === ' ') continue
    const from = Math.max(0, index - CONTEXT)
    const to = Math.min(lines.length, index + 1 + CONTEXT)
    const last = hunks.at(-1)
    if (last && from <= last[1]) last[1] = to
    else hunks.push([from, to])
  }
  return hunks
}

/** `first,count` of one of the two texts, which lacks the lines with this mark. */
function rangeOf(lines: readonly Line[], from: number, to: number, without: Line['mark']): string {
  const count = (part: readonly Line[]) => part.filter(({ mark }) => mark !== without).length
  const shown = count(lines.slice(from, to))
  return `${count(lines.slice(0, from)) + (shown === 0 ? 0 : 1)},${shown}`
}
